// Package emulator is an inference server without a model: real HTTP, real streaming, and timing that
// is known because it was planted. Tests run against it, a quick start needs nothing else, and a
// client's measuring error is its distance from the send times recorded here.
//
// It speaks the part of Ollama's interface that a benchmark uses. What it plants is in [Config]. Of
// prefill and decoding it reports what was planted, so that a busy machine can't bury it; of loading and
// of the whole call what they took by its own clock; and when a chunk really went out is recorded, so
// that a client can be held against it. Chance is drawn from the seed and the call's X-Request-Id: the
// same call has the same noise, the same text and the same fault whenever it is made.
//
// It is no model of a server under load: calls do not slow each other, prompts of any length take the
// same time, and no prompt is cached.
package emulator

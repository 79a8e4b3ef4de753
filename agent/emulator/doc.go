// Package emulator is an inference server without a model: real HTTP, real streaming, and timing that
// is known because it was planted. Tests run against it, a quick start needs nothing else, and a
// client's measuring error is its distance from the send times recorded here.
//
// It speaks what a benchmark uses of Ollama's interface (/api/generate, /api/chat, and what is asked about
// models) and of OpenAI's (/v1/chat/completions, /v1/completions, /v1/models), over HTTP/1.1 and, on a TLS
// listener, over TLS: see [SelfSigned]. What it plants is in [Config]: timing and effects; [Style], how a
// server in order may write; [Fault], what goes wrong, lies and hostile answers included; and [Recording],
// calls that are answered with the timing they had. Of prefill and decoding it reports what was planted, so
// that a busy machine can't bury it; of loading and of the whole call what they took by its own clock.
// Chance is drawn from the seed and the call's X-Request-Id: the same call has the same noise, the same text
// and the same fault whenever it is made.
//
// When a chunk really went out is recorded: [Server.SentOf], and GET /emulator/sent?id=ID for other
// processes. For a stream it takes the connection over from net/http and encodes a chunk before it is due;
// then it takes the time, and the next thing that happens is the one write with the whole chunk, its framing
// included. Over TLS the encryption lies between the two. Thousands of streams share a few goroutines, so
// where many chunks are due at once, some go out late: the recorded time is the truth, not the planned one.
//
// It is no model of a server under load: calls do not slow each other, and prompts of any length take the
// same time.
package emulator

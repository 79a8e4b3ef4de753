// Package wire holds what travels between a client and an inference server: the messages of Ollama's
// and of OpenAI's HTTP interfaces, and the decoders of their streams.
//
// Decoding is apart from receiving. A [Tape] keeps the bytes of an answer as they come, with the time
// of each read. [Protocol.Decode] reads the finished tape and gives each chunk the stamp of the read that
// brought its last byte. So how the network cut the stream can change a stamp, never a chunk.
//
// The decoders make nothing per chunk, and take of JSON what encoding/json takes, but for one thing: a
// member's name must be written exactly so, not in other cases. A value of another type than it must be is
// refused; a member that isn't known is passed over.
//
// It opens no connection, knows no clock, and classifies nothing: its errors say what the stream did,
// and package agent says what that means for a run.
package wire

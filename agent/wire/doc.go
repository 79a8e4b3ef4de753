// Package wire holds what travels between a client and an inference server: the messages of Ollama's
// HTTP interface, and the decoder of its stream.
//
// Decoding is apart from receiving. A [Tape] keeps the bytes of an answer as they come, with the time
// of each read; a decoder reads the finished tape and gives each chunk the stamp of the read that
// brought its last byte. So how the network cut the stream can change a stamp, never a chunk.
//
// It opens no connection, knows no clock, and classifies nothing: its errors say what the stream did,
// and package agent says what that means for a run.
package wire

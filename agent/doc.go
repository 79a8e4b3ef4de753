// Package agent is the measuring instrument: it sends a prompt to an inference server, and says when
// each piece of the answer came and what the server reported about it.
//
// It measures first and understands later. While an answer streams, the only work done is to keep the
// bytes and the time at which each read returned; the bytes are decoded after the last one has come,
// so that nothing the decoder does can bend a figure. What could not be had is absent (nil, or a key
// that is not there), never 0. A call that fails is a value too: its [Error] has a [Class] on which a
// retry rule can be written, and its partial timings are kept but enter no metric.
//
// What it does not do: it never retries, follows no redirect, uses no proxy, asks for no compression,
// and changes no option on the way to the server. It computes no statistic over more than one call;
// that is package analysis' part.
package agent

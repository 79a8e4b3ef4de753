package agent

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"bench/agent/wire"
)

// The longest answer that is received, in bytes.
const (
	maxBody  = 256 << 20
	perToken = 16 << 10 // of one whose tokens are limited, beside a line of the longest
)

// longest is the longest answer to the request that is received.
func (r Request) longest() int {
	if r.MaxTokens <= 0 || r.MaxTokens > maxBody/perToken {
		return maxBody
	}
	return min(maxBody, 2*wire.MaxLine+r.MaxTokens*perToken)
}

// Generate makes one measured call. A failure is in the call's Error; the call then holds what came before it.
func (c *Client) Generate(ctx context.Context, req Request) Call {
	call := Call{Step: req.Step, StartedAt: time.Now().UTC(), Clock: "read", Conn: "new", TokensFrom: "chunks"}
	body, fault := req.encode(c.protocol)
	if fault != nil {
		call.Error = fault
		return call
	}
	limited, watch := newWatch(ctx, c.timeouts)
	defer watch.stop()
	hears := &listener{tape: wire.NewTape(req.longest(), req.MaxTokens)}
	trace := &connTrace{connected: hears.attach}
	traced := httptrace.WithClientTrace(limited, trace.hooks())
	httpReq, err := http.NewRequestWithContext(traced, http.MethodPost, c.base+c.protocol.Path(), bytes.NewReader(body))
	if err != nil {
		call.Error = &Error{Class: BadRequest, Message: err.Error()}
		return call
	}
	c.setHeader(httpReq)
	if req.ID != "" {
		httpReq.Header.Set("X-Request-Id", req.ID)
	}

	hears.base = newTimeBase()
	call.StartedAt = hears.base.t0.UTC() // it keeps t0's monotonic reading, for who compares within this process
	trace.start(hears.base.t0)
	resp, fault := c.receive(httpReq, watch.progress)
	call.EndNS = int64(time.Since(hears.base.t0))
	hears.detach()

	trace.fill(&call)
	tape := hears.answer(&call, resp, fault == nil)
	call.fill(c.protocol, tape, fault)
	if c.both {
		call.ReadNS = readTimes(c.protocol, tape)
	}
	if call.Error != nil && call.Error.HTTPStatus == http.StatusNotFound {
		call.Error = c.unknownModel(ctx, req.Model, call.Error)
	}
	return call
}

// receive sends the request and reads the answer to its end; what it says is on the tape. It gives the header of an answer with
// status 200, and nil where there is none.
func (c *Client) receive(req *http.Request, progress func()) (*http.Response, *Error) {
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return nil, c.noAnswer(req.Context(), err)
	}
	defer resp.Body.Close()
	if fault := c.refusal(resp); fault != nil {
		return nil, fault
	}
	if err := drain(resp.Body, progress); err != nil {
		return resp, brokenOff(req.Context(), err)
	}
	return resp, nil
}

// drain reads a body to its end, and tells of each read that brought something. A line that can't be decoded for its length ends it.
func drain(body io.Reader, progress func()) error {
	buffer := buffers.Get().(*[readBuffer]byte)
	defer buffers.Put(buffer)
	line := 0 // bytes of the last one so far
	for {
		n, err := body.Read(buffer[:])
		if n > 0 {
			progress()
		}
		line += n
		if end := bytes.LastIndexByte(buffer[:n], '\n'); end >= 0 {
			line = n - end - 1
		}
		switch {
		case line > wire.MaxLine:
			return errLongLine
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// errLongLine says that a line is longer than any that is decoded.
var errLongLine = fmt.Errorf("%w: a line of over %d bytes", wire.ErrMalformed, wire.MaxLine)

// buffers take what is on a tape already.
var buffers = sync.Pool{New: func() any { return new([readBuffer]byte) }}

// fill takes from the tape what came, whether or not the call failed on the way.
func (c *Call) fill(protocol wire.Protocol, tape *wire.Tape, fault *Error) {
	stream, err := protocol.Decode(tape)
	c.Response, c.Thinking, c.Refusal = stream.Response, stream.Thinking, stream.Refusal
	for _, t := range stream.ToolCalls {
		c.ToolCalls = append(c.ToolCalls, ToolCall(t))
	}
	for _, o := range stream.Others {
		c.Others = append(c.Others, o.Response)
	}
	c.Server = ServerTimings(stream.Timings)
	c.TTFONS, c.Coalesced = stream.FirstNS, stream.Coalesced
	for i, chunk := range stream.Chunks {
		c.ChunkNS = append(c.ChunkNS, chunk.NS)
		if i == 0 {
			c.TTFTNS = new(chunk.NS)
		}
		if stream.Chunks[0].Kind == wire.Thinking && chunk.Kind != wire.Thinking && c.TTFTAnswerNS == nil {
			c.TTFTAnswerNS = new(chunk.NS)
		}
	}
	c.OutputTokens = len(stream.Chunks)
	if n := stream.Tokens.Output; n != nil {
		c.OutputTokens, c.TokensFrom = *n, "server"
	}
	c.PromptTokens, c.CachedTokens, c.ThinkingTokens = stream.Tokens.Prompt, stream.Tokens.Cached, stream.Tokens.Reasoning
	if fault == nil && err != nil {
		fault = badStream(err)
	}
	if fault == nil {
		fault = c.impossible()
	}
	if fault != nil {
		fault.Bytes = max(fault.Bytes, int64(len(tape.Bytes())))
		fault.Tokens = len(stream.Chunks)
		c.Error = fault
	}
}

// readTimes gives the time of each chunk by the clock of the reads.
func readTimes(protocol wire.Protocol, tape *wire.Tape) []int64 {
	tape.ByKernel(false)
	stream, _ := protocol.Decode(tape) // what is wrong with it is in the call
	var times []int64
	for _, chunk := range stream.Chunks {
		times = append(times, chunk.NS)
	}
	return times
}

// slack is how much longer than the call a part of it may be by the server's clock: 5 % and 50 ms, since that clock is another.
func slack(ns int64) int64 { return ns + ns/20 + 50e6 }

// impossible refuses a call of which the server says that a part took longer than the whole.
func (c *Call) impossible() *Error {
	parts := []struct {
		name string
		ns   *int64
	}{{"load_duration", c.Server.LoadNS}, {"prompt_eval_duration", c.Server.PromptEvalNS}, {"eval_duration", c.Server.EvalNS}}
	for _, p := range parts {
		if p.ns != nil && *p.ns > slack(c.EndNS) {
			return &Error{Class: InvalidOutput, Message: fmt.Sprintf("the server says that %s was %s, in a call of %s", p.name, time.Duration(*p.ns), time.Duration(c.EndNS))}
		}
	}
	return nil
}

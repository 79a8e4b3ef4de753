package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"bench/agent/wire"
)

// maxBody is the longest answer that is received, in bytes.
const maxBody = 256 << 20

// A Request is one prompt for a model.
type Request struct {
	ID        string         // sent as X-Request-Id, so that a server's log can be matched; may be empty
	Step      string         // what the call is called in the records
	Model     string         // as the server names it
	Prompt    string         // may not be empty: Ollama would load the model and answer nothing
	MaxTokens int            // sent as num_predict where Options has none; 0 leaves it to the server
	Options   map[string]any // sent as they stand
}

// Generate makes one measured call. A failure is in the call's Error; the call then holds what came before it.
func (c *Client) Generate(ctx context.Context, req Request) Call {
	call := Call{Step: req.Step, StartedAt: time.Now().UTC(), Clock: "read", Conn: "new", TokensFrom: "chunks"}
	body, fault := req.encode()
	if fault != nil {
		call.Error = fault
		return call
	}
	limited, watch := newWatch(ctx, c.timeouts)
	defer watch.stop()
	hears := &listener{tape: wire.NewTape(maxBody, req.MaxTokens)}
	trace := &connTrace{connected: hears.attach}
	traced := httptrace.WithClientTrace(limited, trace.hooks())
	httpReq, err := http.NewRequestWithContext(traced, http.MethodPost, c.base+"/api/generate", bytes.NewReader(body))
	if err != nil {
		call.Error = &Error{Class: BadRequest, Message: err.Error()}
		return call
	}
	httpReq.Header.Set("Content-Type", "application/json")
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
	call.fill(hears.answer(&call, resp, fault == nil), fault)
	if call.Error != nil && call.Error.HTTPStatus == http.StatusNotFound {
		call.Error = c.unknownModel(ctx, req.Model, call.Error)
	}
	return call
}

// encode makes the request's body before the clock starts.
func (r Request) encode() ([]byte, *Error) {
	if r.Prompt == "" {
		return nil, &Error{Class: BadRequest, Message: "the prompt is empty"}
	}
	options := r.Options
	if _, given := options["num_predict"]; r.MaxTokens > 0 && !given {
		options = maps.Clone(options)
		if options == nil {
			options = map[string]any{}
		}
		options["num_predict"] = r.MaxTokens
	}
	body, err := json.Marshal(wire.GenerateRequest{Model: r.Model, Prompt: r.Prompt, Stream: new(true), Options: options})
	if err != nil {
		return nil, &Error{Class: BadRequest, Message: fmt.Sprintf("the options cannot be written as JSON: %v", err)}
	}
	return body, nil
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
func (c *Call) fill(tape *wire.Tape, fault *Error) {
	stream, err := wire.OllamaGenerate.Decode(tape)
	c.Response, c.Thinking = stream.Response, stream.Thinking
	c.Server = ServerTimings(stream.Timings)
	for i, chunk := range stream.Chunks {
		c.ChunkNS = append(c.ChunkNS, chunk.NS)
		if i == 0 {
			c.TTFTNS = new(chunk.NS)
		} else if chunk.NS == c.ChunkNS[i-1] {
			c.Coalesced++
		}
		if stream.Chunks[0].Kind == wire.Thinking && chunk.Kind != wire.Thinking && c.TTFTAnswerNS == nil {
			c.TTFTAnswerNS = new(chunk.NS)
		}
	}
	c.OutputTokens = len(stream.Chunks)
	if n := stream.Timings.EvalCount; n != nil {
		c.OutputTokens, c.TokensFrom = *n, "server"
	}
	c.PromptTokens = stream.Timings.PromptEvalCount
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

package emulator

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"bench/agent/wire"
)

// defaultKeep is how long a model stays loaded after a call that doesn't say, as in Ollama.
const defaultKeep = 5 * time.Minute

func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	var req wire.GenerateRequest
	if !decode(w, r, &req) {
		return
	}
	if !s.has(req.Model) {
		notFound(w, req.Model)
		return
	}
	keep, err := keepAlive(req.KeepAlive)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	id := s.requestID(r)
	a := &answer{
		server: s, w: w, flush: http.NewResponseController(w).Flush, req: req, id: id,
		script: s.config.script(id, req.Prompt, req.Options), started: started,
	}
	if req.Prompt == "" {
		a.onlyLoad(r.Context(), keep)
		return
	}
	a.give(r.Context(), keep)
}

// An answer is one call on its way.
type answer struct {
	server  *Server
	w       http.ResponseWriter
	flush   func() error
	req     wire.GenerateRequest
	id      string
	script  script
	started time.Time
}

func (a *answer) wanted() load {
	want := load{model: wire.FullName(a.req.Model), numCtx: numCtx(a.req.Options)}
	if n, given := a.req.Options["num_gpu"]; given {
		want.numGPU = fmt.Sprint(n)
	}
	return want
}

// onlyLoad answers a call without a prompt: it loads the model, or unloads it where it is to be kept for no time.
func (a *answer) onlyLoad(ctx context.Context, keep time.Duration) {
	reason := "load"
	if keep == 0 {
		reason = "unload"
		a.server.slot.unload(wire.FullName(a.req.Model))
	} else {
		if err := a.server.slot.acquire(ctx, a.wanted(), a.script.load); err != nil {
			breakOff()
		}
		a.server.slot.release(keep)
	}
	last := a.line("", true)
	last.DoneReason = reason
	reply(a.w, http.StatusOK, last)
}

// give plays the script. From the loaded model on it lies on one schedule: the moment of a token is the planned moment of
// the one before it and the gap, however late that one was. Loading is not on it, since only some calls load: how late it
// ended must not shorten what comes after it.
func (a *answer) give(ctx context.Context, keep time.Duration) {
	switch a.script.fault {
	case HTTP500:
		fail(a.w, http.StatusInternalServerError, "the emulator was told to fail")
		return
	case SlowHeader:
		<-ctx.Done()
		breakOff()
	}
	if err := a.server.slot.acquire(ctx, a.wanted(), a.script.load); err != nil {
		breakOff()
	}
	defer a.server.slot.release(keep)
	loaded := time.Now()
	planned := loaded.Add(a.script.ttft)
	a.wait(ctx, planned)
	var whole strings.Builder
	for i, token := range a.script.tokens {
		if a.script.fault != "" && i == len(a.script.tokens)/2 {
			a.fail(ctx)
			return
		}
		if a.streams() {
			a.send(i, a.line(token, false))
		} else {
			whole.WriteString(token)
		}
		planned = planned.Add(a.script.gaps[i])
		a.wait(ctx, planned)
	}
	last := a.line(whole.String(), true)
	last.Timings = a.timings(loaded)
	if a.streams() {
		a.send(len(a.script.tokens), last)
		return
	}
	reply(a.w, http.StatusOK, last)
}

// timings give prefill and decoding as planned, whatever the machine made of it: on a busy one the truth that was planted would
// else be lost. Loading and the whole are measured, so that a client can take the loading from its own TTFT.
func (a *answer) timings(loaded time.Time) wire.Timings {
	eval := time.Duration(0)
	for _, gap := range a.script.gaps {
		eval += gap
	}
	return wire.Timings{
		TotalNS:         new(int64(time.Since(a.started))),
		LoadNS:          new(int64(loaded.Sub(a.started))),
		PromptEvalNS:    new(int64(a.script.ttft)),
		EvalNS:          new(int64(eval)),
		PromptEvalCount: new(a.script.prompt),
		EvalCount:       new(len(a.script.tokens)),
		DoneReason:      a.script.reason,
	}
}

// fail plays the fault of a call that has begun to answer. Without streaming nothing has been sent yet.
func (a *answer) fail(ctx context.Context) {
	switch a.script.fault {
	case Reset:
		reset(a.w)
	case Stall:
		<-ctx.Done()
		breakOff()
	case Truncated:
		if !a.streams() {
			breakOff()
		}
	case ErrorObject:
		if !a.streams() {
			fail(a.w, http.StatusInternalServerError, "the emulator was told to fail")
			return
		}
		a.write(wire.ErrorResponse{Error: "the emulator was told to fail"})
	}
}

func (a *answer) streams() bool { return a.req.Stream == nil || *a.req.Stream }

func (a *answer) wait(ctx context.Context, at time.Time) {
	if sleepUntil(ctx, at) != nil {
		breakOff()
	}
}

func (a *answer) line(text string, done bool) wire.GenerateResponse {
	return wire.GenerateResponse{Model: a.req.Model, CreatedAt: time.Now().UTC().Format(time.RFC3339Nano), Response: text, Done: &done}
}

func (a *answer) send(index int, line wire.GenerateResponse) {
	raw := encode(line)
	a.server.sent.add(Sent{ID: a.id, Index: index, At: time.Now()})
	a.put(raw)
}

func (a *answer) write(line any) { a.put(encode(line)) }

func (a *answer) put(raw []byte) {
	a.w.Header().Set("Content-Type", "application/x-ndjson")
	if _, err := a.w.Write(raw); err != nil {
		breakOff()
	}
	if err := a.flush(); err != nil {
		breakOff()
	}
}

func encode(line any) []byte {
	raw, err := json.Marshal(line)
	if err != nil {
		panic(err) // no type of package wire that is sent here can fail
	}
	return append(raw, '\n')
}

// breakOff ends a call without the end of its body, so that no client takes it for whole.
func breakOff() { panic(http.ErrAbortHandler) }

// reset closes the connection with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		breakOff()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// keepAlive reads seconds as a number, or a duration as a string; negative is for ever.
func keepAlive(v any) (time.Duration, error) {
	switch v := v.(type) {
	case nil:
		return defaultKeep, nil
	case float64:
		return time.Duration(v * float64(time.Second)), nil
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			return 0, fmt.Errorf("keep_alive: %w", err)
		}
		return d, nil
	}
	return 0, fmt.Errorf("keep_alive is neither a number of seconds nor a duration")
}

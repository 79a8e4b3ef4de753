package emulator

import (
	"context"
	"net/http"
	"strings"
	"time"

	"bench/agent/wire"
)

// A request is what a client asks for, whatever the protocol.
type request struct {
	id       string
	model    string
	prompt   string
	options  map[string]any
	stream   bool
	onlyLoad bool // there is nothing to be answered
	thinks   bool // it may
	choices  int
	tools    []wire.Tool
	load     load          // that it needs
	keep     time.Duration // its model afterwards; negative is for ever
	dialect  dialect
}

// An answer is one call on its way.
type answer struct {
	request
	server   *Server
	script   script
	style    Style
	replay   *Recording // that is played instead of the script; nil: none
	messages []message  // all that it has to say, if nothing goes wrong
	end      time.Duration
	started  time.Time
	loaded   time.Time // what the moments of messages count from
}

// serve answers a request that is in order.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, req request) {
	a := s.answer(req)
	if req.onlyLoad {
		a.onlyLoad(r.Context(), w)
		return
	}
	a.give(w, r)
}

// answer lays out what is planted for a request.
func (s *Server) answer(req request) *answer {
	a := &answer{request: req, server: s, style: s.config.Style, started: time.Now()}
	a.script = s.config.script(req.id, req.prompt, req.options)
	a.script.choose(s.config, req.id, req.choices)
	if !req.thinks {
		a.script.thinking = 0
	}
	if a.style.PrefixCache && !req.onlyLoad {
		a.script.cache(s.prefixes.take(req.model, req.prompt))
	}
	if a.script.fault == Coalesced {
		a.style.ChunksPerWrite = coalescedChunks
	}
	if a.replay = s.recording(req.model); a.replay != nil {
		a.script.load, a.script.choices = 0, a.script.choices[:1]
		a.messages, a.end = a.replay.messages()
	} else {
		a.messages = a.script.messages(a.style, req.tools)
		moments := a.script.moments()
		a.end = moments[len(moments)-1]
	}
	if a.script.fault == LongLine {
		m := &a.messages[len(a.messages)/2]
		m.text = strings.Repeat("x", longLine)
		m.literal = quoted(m.text)
	}
	return a
}

// onlyLoad answers a call without a prompt: it loads the model, or unloads it where it is to be kept for no time.
func (a *answer) onlyLoad(ctx context.Context, w http.ResponseWriter) {
	reason := "load"
	if a.keep == 0 {
		reason = "unload"
		a.server.slot.unload(a.load.model)
	} else {
		if err := a.server.slot.acquire(ctx, a.load, a.script.load); err != nil {
			breakOff()
		}
		a.server.slot.release(a.keep)
	}
	reply(w, http.StatusOK, a.dialect.whole([]content{{}}, figures{reason: reason, withheld: true}))
}

// give plays the script. From the loaded model on it lies on one schedule: the moment of a token is the planned moment of
// the one before it and the gap, however late that one was. Loading is not on it, since only some calls load: how late it
// ended must not shorten what comes after it. A recording has its loading in it, and waits for none.
func (a *answer) give(w http.ResponseWriter, r *http.Request) {
	if a.refuse(w, r) {
		return
	}
	if err := a.server.slot.acquire(r.Context(), a.load, a.script.load); err != nil {
		breakOff()
	}
	defer a.server.slot.release(a.keep)
	a.loaded = time.Now()
	switch fault := a.script.fault; {
	case lies(fault) || inside(fault) && !a.stream && fault != ErrorObject:
		a.lie(w, r)
	case a.stream:
		a.giveStream(w, r)
	default:
		a.giveWhole(w, r)
	}
}

// giveWhole answers at the end, all at once.
func (a *answer) giveWhole(w http.ResponseWriter, r *http.Request) {
	if a.script.fault == ErrorObject {
		a.wait(r.Context(), a.half())
		a.fail(w, http.StatusInternalServerError)
		return
	}
	a.wait(r.Context(), a.end)
	body := append(a.wholeBody(), '\n')
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body) // fails only if the client has gone
}

func (a *answer) wholeBody() []byte {
	choices := contents(a.messages, len(a.script.choices))
	return falsify(a.script.fault, encode(a.dialect.whole(choices, a.figures())))
}

// half is when half of the tokens have come.
func (a *answer) half() time.Duration { return a.messages[a.firstHalf()].at }

// firstHalf counts the messages that bring the first half of the tokens.
func (a *answer) firstHalf() int {
	tokens := 0
	for _, m := range a.messages {
		tokens += m.tokens
	}
	left := tokens / 2
	for i, m := range a.messages {
		if left -= m.tokens; left < 0 {
			return i
		}
	}
	return len(a.messages) - 1
}

// figures give prefill and decoding as planned, whatever the machine made of it: on a busy one the truth that was planted would
// else be lost. Loading and the whole are measured, so that a client can take the loading from its own TTFT.
func (a *answer) figures() figures {
	var f figures
	if a.replay != nil {
		f = a.replay.figures()
	} else {
		s := a.script
		f = figures{
			load: a.loaded.Sub(a.started), prefill: s.ttft, decode: a.end - s.ttft,
			prompt: s.prompt, cached: s.cached, output: len(s.tokens) * len(s.choices), thinking: s.thinking * len(s.choices),
			calls: a.messages[len(a.messages)-1].kind == toolCall, reason: s.reason,
		}
	}
	f.total = time.Since(a.started)
	f.withheld = a.withheld()
	return f
}

func (a *answer) withheld() bool { return a.style.Usage == UsageNever || a.script.fault == NoUsage }

// wait sleeps to a moment of the answer.
func (a *answer) wait(ctx context.Context, moment time.Duration) {
	if a.server.clock.sleepUntil(ctx, a.loaded.Add(moment)) != nil {
		breakOff()
	}
}

// breakOff ends a call whose connection net/http has, without the end of its body, so that no client takes it for whole.
func breakOff() { panic(http.ErrAbortHandler) }

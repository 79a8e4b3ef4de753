package agent

import (
	"context"
	"fmt"
	"net"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"
)

// A watch ends a call that makes no progress. Before the first byte of the body it allows FirstToken,
// after it Idle between two reads.
type watch struct {
	timer   *time.Timer
	idle    time.Duration
	started atomic.Bool
	cancel  context.CancelCauseFunc
}

// newWatch starts to watch; the context that it gives ends with the limit that passed as its cause.
func newWatch(parent context.Context, t Timeouts) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(parent)
	w := &watch{idle: t.Idle, cancel: cancel}
	w.timer = time.AfterFunc(t.FirstToken, func() {
		message := fmt.Sprintf("no byte of an answer within %v (timeouts.first_token)", t.FirstToken)
		if w.started.Load() {
			message = fmt.Sprintf("the answer stood still for %v (timeouts.idle)", t.Idle)
		}
		cancel(&Error{Class: Timeout, Message: message})
	})
	return ctx, w
}

func (w *watch) progress() {
	w.started.Store(true)
	w.timer.Reset(w.idle)
}

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// A connTrace notes what net/http says of a call's connection, in ns since t0. The transport may call
// it from goroutines of its own, and still after the call has failed.
type connTrace struct {
	mu         sync.Mutex
	t0         time.Time
	asked, got int64 // a connection was asked for, and was there
	reused     bool
	wrote      *int64
	connected  func(net.Conn) // is told which connection it is, before anything is sent on it
}

func (t *connTrace) start(t0 time.Time) {
	t.mu.Lock()
	t.t0 = t0
	t.mu.Unlock()
}

func (t *connTrace) hooks() *httptrace.ClientTrace {
	note := func(set func(ns int64)) {
		now := time.Now()
		t.mu.Lock()
		set(int64(now.Sub(t.t0)))
		t.mu.Unlock()
	}
	return &httptrace.ClientTrace{
		GetConn: func(string) { note(func(ns int64) { t.asked = ns }) },
		GotConn: func(i httptrace.GotConnInfo) {
			note(func(ns int64) { t.got, t.reused = ns, i.Reused })
			t.connected(i.Conn)
		},
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			if i.Err == nil {
				note(func(ns int64) { t.wrote = &ns })
			}
		},
	}
}

func (t *connTrace) fill(c *Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reused {
		c.Conn = "reused"
	} else if t.got > 0 {
		c.ConnNS = t.got - t.asked
	}
	c.WroteNS = t.wrote
}

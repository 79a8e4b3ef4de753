package emulator

import (
	"context"
	"sync"
	"time"
)

// A load is a model in memory, with the options that it must be loaded anew for.
type load struct {
	model  string // full name
	numCtx int
	numGPU string // as the option prints; "" where it isn't given
}

// A slot holds the one model that is loaded, as Ollama does on a machine with room for one: a call for
// another model, or with another num_ctx or num_gpu, waits until it is free and loads anew.
type slot struct {
	clock *clock

	mu      sync.Mutex
	loaded  *load // nil: none
	expires time.Time
	users   int // calls that run on it
	loading bool
	evict   bool          // to be unloaded as soon as users is 0
	changed chan struct{} // closed when users or loading fall
}

// acquire gives the loaded model to a call, which must release it. Where it has to be loaded, that takes a while.
func (s *slot) acquire(ctx context.Context, want load, takes time.Duration) error {
	for {
		s.mu.Lock()
		now := time.Now()
		s.expire(now)
		switch {
		case s.loaded != nil && *s.loaded == want && !s.evict:
			s.users++
			s.mu.Unlock()
			return nil
		case s.users == 0 && !s.loading:
			s.loaded, s.evict, s.loading = nil, false, true
			s.mu.Unlock()
			err := s.clock.sleepUntil(ctx, now.Add(takes))
			s.finishLoad(want, err)
			return err
		}
		wait := s.waiting()
		s.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *slot) finishLoad(want load, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loading = false
	if err == nil {
		s.loaded = &want
		s.users++
	}
	s.wake()
}

// release ends a call's use and keeps the model for that time; negative is for ever.
func (s *slot) release(keep time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users--
	s.expires = time.Now().Add(keep)
	if keep < 0 {
		s.expires = s.expires.AddDate(100, 0, 0)
	}
	s.wake()
}

// unload has the model unloaded as soon as no call uses it.
func (s *slot) unload(model string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded != nil && s.loaded.model == model {
		s.evict = true
		s.expire(time.Now())
	}
}

// current gives the loaded model, or nil, and when it expires.
func (s *slot) current() (*load, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire(time.Now())
	return s.loaded, s.expires
}

func (s *slot) expire(now time.Time) {
	if s.loaded != nil && s.users == 0 && (s.evict || !now.Before(s.expires)) {
		s.loaded, s.evict = nil, false
	}
}

func (s *slot) waiting() <-chan struct{} {
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return s.changed
}

func (s *slot) wake() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

package emulator

import (
	"context"
	"sync"
	"testing"
	"time"
)

// Nothing is done before its time, all of it is done, and what is due first comes first.
func TestClock(t *testing.T) {
	c := &clock{shards: make([]shard, 1)}
	begin := time.Now().Add(20 * time.Millisecond)
	var mu sync.Mutex
	var order []time.Time
	var tasks sync.WaitGroup
	for i := range 200 {
		tasks.Go(func() {
			at := begin.Add(time.Duration(i*37%200) * 100 * time.Microsecond)
			times := 0
			err := c.do(t.Context(), at, func() (time.Time, bool) {
				if early := time.Until(at); early > 0 {
					t.Errorf("%v too early", early)
				}
				mu.Lock()
				order = append(order, at)
				mu.Unlock()
				at = at.Add(50 * time.Millisecond)
				times++
				return at, times < 3
			})
			if err != nil || times != 3 {
				t.Errorf("%d times, %v", times, err)
			}
		})
	}
	tasks.Wait()
	for i := 1; i < len(order); i++ {
		if order[i].Before(order[i-1]) {
			t.Fatalf("the one due at %v came before the one due at %v", order[i-1].Sub(begin), order[i].Sub(begin))
		}
	}
	if len(order) != 600 {
		t.Errorf("%d were done", len(order))
	}
}

// What is added while the clock waits for something later comes in time, not with that.
func TestClockIsRung(t *testing.T) {
	c := &clock{shards: make([]shard, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	late := make(chan error)
	go func() { late <- c.sleepUntil(ctx, time.Now().Add(time.Hour)) }()
	for c.shards[0].pending() == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := c.sleepUntil(t.Context(), time.Now().Add(time.Millisecond)); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-late; err == nil {
		t.Error("a sleep that was given up has ended in order")
	}
	if n := c.shards[0].pending(); n != 0 {
		t.Errorf("%d tasks are left", n)
	}
}

func (s *shard) pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tasks)
}

// A clock with nothing to do ends its goroutines, and starts them again.
func TestClockRests(t *testing.T) {
	t.Parallel()
	c := &clock{shards: make([]shard, 1)}
	resting := func() bool {
		c.shards[0].mu.Lock()
		defer c.shards[0].mu.Unlock()
		return c.shards[0].alarm == nil
	}
	for range 2 {
		if err := c.sleepUntil(t.Context(), time.Now().Add(time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		for until := time.Now().Add(30 * time.Second); !resting(); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(until) {
				t.Fatal("it goes on")
			}
		}
	}
}

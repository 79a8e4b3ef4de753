package emulator

import (
	"sync"
	"time"
)

// A Sent says when a chunk was handed to the socket.
type Sent struct {
	ID    string    // X-Request-Id of its call
	Index int       // of the chunk in its answer, from 0
	At    time.Time // just before the write, with its reading of the monotonic clock
}

// sentKept is how many chunks are remembered.
const sentKept = 1 << 16

// A sentLog remembers the last chunks sent.
type sentLog struct {
	mu   sync.Mutex
	ring []Sent
	next int
}

func (l *sentLog) add(s Sent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < sentKept {
		l.ring = append(l.ring, s)
		return
	}
	l.ring[l.next] = s
	l.next = (l.next + 1) % sentKept
}

func (l *sentLog) all() []Sent {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append(append([]Sent{}, l.ring[l.next:]...), l.ring[:l.next]...)
}

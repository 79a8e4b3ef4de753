package emulator

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A Sent says when a chunk was handed to the socket. Comments and the mark of a stream's end are no chunks.
type Sent struct {
	ID     string    // X-Request-Id of its call
	Index  int       // of the chunk in its answer, from 0
	Tokens int       // that it brings; 0 in an empty first chunk, in the last one and in one with usage only
	At     time.Time // just before the write that took the last byte of its JSON, by the wall clock and by the monotonic one

	// Took is how long that write took: the socket took the chunk between At and At plus Took. It is long where
	// the machine had other things to do in between, or the client did not read. On a machine that has too
	// much to do, the kernel may let the packet wait after that, too.
	Took time.Duration
}

// A SentRecord is a [Sent] for another process: a line of what GET /emulator/sent?id=ID answers, which
// without an id answers for all calls that are remembered.
type SentRecord struct {
	ID          string `json:"id"`
	Index       int    `json:"index"`
	Tokens      int    `json:"tokens"`
	RealtimeNS  int64  `json:"realtime_ns"`            // CLOCK_REALTIME, since 1970
	MonotonicNS int64  `json:"monotonic_ns,omitempty"` // the machine's CLOCK_MONOTONIC, the same for all its processes; absent outside Linux
	TookNS      int64  `json:"took_ns"`
}

// defaultSentKept is enough for 1000 streams of 250 tokens.
const defaultSentKept = 1 << 18

// A sentLog remembers the chunks of the last calls, as many as its limit allows. Each call has a log of
// its own, so that streams do not wait for each other.
type sentLog struct {
	limit int64
	kept  atomic.Int64 // chunks

	mu    sync.Mutex
	calls []*callLog // oldest first
	byID  map[string]*callLog
}

// A callLog has the chunks of one call.
type callLog struct {
	log *sentLog
	id  string

	mu      sync.Mutex
	sent    []Sent
	dropped bool
}

func newSentLog(limit int) *sentLog {
	return &sentLog{limit: int64(limit), byID: map[string]*callLog{}}
}

// begin makes the log of a call, and forgets the oldest calls where the limit is passed.
func (l *sentLog) begin(id string, chunks int) *callLog {
	c := &callLog{log: l, id: id, sent: make([]Sent, 0, min(int64(chunks), l.limit))}
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.kept.Load() > l.limit && len(l.calls) > 0 {
		oldest := l.calls[0]
		l.calls = l.calls[1:]
		oldest.drop()
		if l.byID[oldest.id] == oldest {
			delete(l.byID, oldest.id)
		}
	}
	l.calls = append(l.calls, c)
	l.byID[id] = c
	return c
}

func (c *callLog) add(index, tokens int, in write) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dropped || int64(len(c.sent)) == c.log.limit {
		return
	}
	c.sent = append(c.sent, Sent{c.id, index, tokens, in.at, in.took})
	c.log.kept.Add(1)
}

func (c *callLog) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log.kept.Add(-int64(len(c.sent)))
	c.sent, c.dropped = nil, true
}

func (c *callLog) appendTo(list []Sent) []Sent {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(list, c.sent...)
}

// Sent gives the last chunks sent, those of one call together, the calls in the order in which they
// began to stream. About as many are remembered as [Config] says.
func (s *Server) Sent() []Sent {
	s.sent.mu.Lock()
	defer s.sent.mu.Unlock()
	var all []Sent
	for _, c := range s.sent.calls {
		all = c.appendTo(all)
	}
	return all
}

// SentOf gives the chunks of the last call with that X-Request-Id, as far as it has come; none where it
// is not known or forgotten.
func (s *Server) SentOf(id string) []Sent {
	s.sent.mu.Lock()
	c := s.sent.byID[id]
	s.sent.mu.Unlock()
	if c == nil {
		return nil
	}
	return c.appendTo(nil)
}

// tellSent answers with NDJSON of SentRecord.
func (s *Server) tellSent(w http.ResponseWriter, r *http.Request) {
	var list []Sent
	if r.URL.Query().Has("id") {
		list = s.SentOf(r.URL.Query().Get("id"))
	} else {
		list = s.Sent()
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	lines := json.NewEncoder(w)
	for _, sent := range list {
		record := SentRecord{sent.ID, sent.Index, sent.Tokens, sent.At.UnixNano(), monotonicNS(sent.At), int64(sent.Took)}
		if lines.Encode(record) != nil {
			return // the client has gone
		}
	}
}

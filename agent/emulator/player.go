package emulator

import (
	"bytes"
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// What a fault in the manner of an answer does to its writes.
const (
	coalescedChunks = 8
	splitPause      = 500 * time.Microsecond // between the writes of one chunk, so that they are two packets and two reads
	lorisPause      = 10 * time.Millisecond
)

// A player writes the messages of one answer, each at its time: it encodes a write before it is due, and
// when it is due there is only the write.
type player struct {
	conn     *conn
	log      *callLog
	dialect  dialect
	figures  func() figures // as they are at that moment
	style    Style
	fault    string
	chance   *rand.Rand // where a chunk is split
	start    time.Time  // what the moments of messages count from
	header   []byte     // goes out together with the first message
	messages []message

	next    int // message to be encoded
	index   int // of the next chunk in the log
	carried int // tokens of messages that are told in a later one
	payload []byte

	framed []byte // what is being written, with the framing of HTTP
	chunks []framedChunk
	logged int       // of them
	from   int       // of framed: what lies before is written
	to     int       // where the next write ends
	due    time.Time // of the next write
	late   int       // messages that are encoded only then, since they tell the time
	err    error
}

// A framedChunk says where a chunk of the log lies in what is written.
type framedChunk struct {
	end           int // of its JSON
	index, tokens int
}

// play returns when all is written.
func (p *player) play(ctx context.Context, c *clock) error {
	for more := p.prepare(); more; more = p.prepare() {
		if err := c.do(ctx, p.due, p.fire); err != nil {
			return err
		}
		if p.err != nil || p.from == p.to {
			return p.err
		}
		// The socket did not take all of it at once.
		last, err := p.conn.send(p.framed[p.from:p.to])
		if err != nil {
			return err
		}
		p.wrote(last, p.to)
	}
	return nil
}

// fire writes what is due and asks for the time of the next write. It ends where nothing is left, and where
// the socket does not take all of it at once.
func (p *player) fire() (next time.Time, again bool) {
	if p.late > 0 {
		p.encode(p.late)
	}
	last, n, err := p.conn.hand(p.framed[p.from:p.to])
	p.wrote(last, p.from+n)
	if p.err = err; err != nil || p.from < p.to {
		return time.Time{}, false
	}
	again = p.prepare()
	return p.due, again
}

// wrote notes that all before end was handed to the socket, the last of it in that write.
func (p *player) wrote(last write, end int) {
	p.from = end
	for ; p.logged < len(p.chunks) && p.chunks[p.logged].end <= end; p.logged++ {
		p.log.add(p.chunks[p.logged].index, p.chunks[p.logged].tokens, last)
	}
}

// prepare makes the next write ready, and says whether there is one.
func (p *player) prepare() bool {
	if p.from < len(p.framed) {
		p.cut()
		return true
	}
	n := min(max(p.style.ChunksPerWrite, 1), len(p.messages)-p.next)
	if n == 0 {
		p.to = p.from
		return false
	}
	p.due = p.start.Add(p.messages[p.next+n-1].at)
	if slices.ContainsFunc(p.messages[p.next:p.next+n], message.ends) {
		p.late = n
		return true
	}
	p.encode(n)
	return true
}

// encode takes the next n messages.
func (p *player) encode(n int) {
	p.late = 0
	p.framed, p.chunks = append(p.framed[:0], p.header...), p.chunks[:0]
	p.logged = 0
	p.header = nil
	for _, m := range p.messages[p.next : p.next+n] {
		if m.ends() || p.dialect.manners().figures {
			p.payload = falsify(p.fault, p.dialect.appendMessage(p.payload[:0], m, p.due, p.figures()))
		} else {
			p.payload = p.dialect.appendMessage(p.payload[:0], m, p.due, figures{})
		}
		p.carried += m.tokens
		if len(p.payload) > 0 {
			p.frame(m.kind)
		}
	}
	p.next += n
	p.from = 0
	p.cut()
}

// frame puts the payload into a chunk of HTTP.
func (p *player) frame(of kind) {
	body := bytes.TrimRight(p.payload, "\n")
	endings := len(p.payload) - len(body)
	ending := "\n"
	if p.style.CRLF {
		ending = "\r\n"
	}
	p.framed = strconv.AppendInt(p.framed, int64(len(body)+endings*len(ending)), 16)
	p.framed = append(p.framed, "\r\n"...)
	p.framed = append(p.framed, body...)
	if of != comment && of != mark {
		p.chunks = append(p.chunks, framedChunk{len(p.framed), p.index, p.carried})
		p.index++
		p.carried = 0
	}
	for range endings {
		p.framed = append(p.framed, ending...)
	}
	p.framed = append(p.framed, "\r\n"...)
}

// cut says how much of what is framed is written next; where that is not the first of it, later.
func (p *player) cut() {
	left := len(p.framed) - p.from
	switch {
	case p.fault == SlowLoris:
		p.to = p.from + 1
		p.due = p.due.Add(lorisPause)
	case p.fault == Split && p.from == 0:
		p.to = 1 + p.chance.IntN(left-1)
	case p.fault == Split:
		p.to = len(p.framed)
		p.due = p.due.Add(splitPause)
	default:
		p.to = len(p.framed)
	}
}

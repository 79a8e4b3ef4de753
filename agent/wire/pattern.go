package wire

import (
	"bytes"
	"slices"
)

// A pattern is what a server writes word for word in every line or event. Between its pieces are holes: the text, and the values
// that nobody asks for and that were seen to change, as a time or an id. JSON is read from left to right, so where the pieces are
// those of a message that was found right, and each hole has a value, only the text can differ: no more than the holes must be scanned.
type pattern struct {
	holes []hole
	after []byte   // what is behind the last hole
	text  *quoted  // where the message has the text; nil where nothing was learnt
	seen  [][]byte // what was in the message that was learnt from before, where holes can be
}

// A hole is a value of which only the end is looked for, or the text.
type hole struct {
	before []byte // what is between the hole before and this one
	depth  int    // how deep the value stands
	text   bool
}

// learn takes the pattern of a message that was found right and that the scanner has walked into m.
func (p *pattern) learn(e event, m *message, s *scanner) {
	p.text = nil
	if len(m.deltas) == 0 || e.joined {
		return
	}
	text := &m.deltas[0].content
	if len(*text) == 0 {
		text = &m.deltas[0].thinking
	}
	if len(*text) == 0 {
		return
	}
	p.text = text
	begin := cap(e.data) - cap(*text) // both slices reach to the end of the tape
	at, _ := slices.BinarySearchFunc(s.passed, begin, func(v span, begin int) int { return v.begin - begin })
	s.passed = slices.Insert(s.passed, at, span{begin: begin - 1, end: begin + len(*text) + 1}) // with its quotes
	p.dig(e.data, s.passed, at)
}

// dig makes holes of the values that changed since the message that was learnt from before, and of the text, which is one of them.
// Where that message had more of them or fewer, some become holes in vain, which only costs time.
func (p *pattern) dig(data []byte, values []span, text int) {
	p.holes = p.holes[:0]
	last := 0
	for i, v := range values {
		value := data[v.begin:v.end]
		if i == len(p.seen) {
			p.seen = append(p.seen, value)
		}
		if i == text || !bytes.Equal(value, p.seen[i]) {
			p.holes = append(p.holes, hole{data[last:v.begin], v.depth, i == text})
			last = v.end
		}
		p.seen[i] = value
	}
	p.after = data[last:]
}

// fill puts the text of another message into the one that was learnt from, if all else is the same. A message without a text is
// left to the scanner: it may stand for another text.
func (p *pattern) fill(data []byte, s *scanner) bool {
	if p.text == nil {
		return false
	}
	s.reset(data)
	for i := range p.holes {
		h := &p.holes[i]
		if !bytes.HasPrefix(s.data[s.pos:], h.before) {
			return false
		}
		s.pos, s.depth = s.pos+len(h.before), h.depth
		if !h.text {
			s.value()
		} else if *p.text, _ = s.quoted(); len(*p.text) == 0 {
			return false
		}
	}
	return bytes.Equal(s.data[s.pos:], p.after)
}

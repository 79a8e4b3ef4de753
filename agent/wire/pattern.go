package wire

import "bytes"

// A pattern is what stands before and behind the text in an event. A server writes it word for word from
// token to token. JSON is read from left to right, so where an event begins and ends with the same bytes
// as one that was found right, only its text can differ, and it alone must be scanned.
type pattern struct {
	before, after []byte  // both with the quote of the text
	text          *quoted // where the message has it
}

// learn takes the pattern of an event that was found right and parsed into m.
func (p *pattern) learn(e event, m *message) {
	*p = pattern{}
	if len(m.deltas) == 0 || e.joined {
		return
	}
	p.text = &m.deltas[0].content
	if len(*p.text) == 0 {
		p.text = &m.deltas[0].thinking
	}
	if text := *p.text; len(text) > 0 {
		begin := cap(e.data) - cap(text) // both slices reach to the end of the tape
		p.before, p.after = e.data[:begin], e.data[begin+len(text):]
	}
}

// fill puts the text of an event into the message that was learnt from, if all else is the same. An event without a text is left to the scanner: it may stand for another text.
func (p *pattern) fill(data []byte, s *scanner) bool {
	rest, begins := bytes.CutPrefix(data, p.before)
	found, ends := bytes.CutSuffix(rest, p.after)
	if !begins || !ends || p.before == nil || len(found) == 0 {
		return false
	}
	s.reset(data[len(p.before)-1 : len(p.before)+len(found)+1]) // with its quotes
	text := s.text()
	if s.end() != nil {
		return false
	}
	*p.text = text
	return true
}

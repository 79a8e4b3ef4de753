package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// maxDepth is how deep a JSON text may nest: as deep as encoding/json lets it.
const maxDepth = 10000

// A scanner walks one JSON text from its beginning to its end and takes what encoding/json takes, nothing
// else. Whoever drives it asks for the values he knows, in whatever order their names come, and skips the
// others:
//
//	for ok := s.object(); ok; ok = s.member() {
//		switch string(s.key) {
//		case "content":
//			content = s.text()
//		default:
//			s.skip()
//		}
//	}
//
// Nothing is allocated and no error is returned on the way: after a fault, every method does nothing, and
// every loop ends. What was taken counts only when end has found no fault. Null is taken for every type, as
// absent.
type scanner struct {
	data  []byte
	pos   int
	depth int
	key   []byte // name of the member whose value comes next
	fault fault
	at    int    // offset of the fault
	wrong string // the first value that can't be what it ought to be; the text may still be JSON

	passed []span // the first values that were skipped
}

// A span is where a value stands in a text, and how deep.
type span struct{ begin, end, depth int }

// mostPassed is how many values that are skipped are kept in mind.
const mostPassed = 32

// A fault is why a text is not JSON.
type fault uint8

const (
	_           fault = iota
	cutOff            // it ends too early: it may be the beginning of a JSON text
	misspelt          // a byte that cannot stand where it stands
	goesOn            // more than one JSON text
	nestsTooFar       // over maxDepth
)

// errCutOff is what is wrong with a text that ends too early.
var errCutOff = errors.New("the JSON ends too early")

// reset begins with another text.
func (s *scanner) reset(data []byte) { *s = scanner{data: data, passed: s.passed[:0]} }

// end says what is wrong with the text, all of which must have been walked.
func (s *scanner) end() error {
	if s.peek(); s.pos < len(s.data) {
		s.fail(goesOn)
	}
	switch s.fault {
	case cutOff:
		return errCutOff
	case misspelt:
		return fmt.Errorf("invalid character %q at byte %d", s.data[s.at], s.at+1)
	case goesOn:
		return fmt.Errorf("more after the JSON, at byte %d", s.at+1)
	case nestsTooFar:
		return fmt.Errorf("over %d levels, at byte %d", maxDepth, s.at+1)
	}
	if s.wrong != "" {
		return errors.New(s.wrong)
	}
	return nil
}

// fail stops at the byte that comes next.
func (s *scanner) fail(f fault) {
	if s.fault == 0 {
		s.fault, s.at = f, s.pos
	}
	s.pos = len(s.data) // so that every method finds nothing more
}

// unexpected stops because of the byte that comes next, or because there is none.
func (s *scanner) unexpected() {
	if s.pos == len(s.data) {
		s.fail(cutOff)
	} else {
		s.fail(misspelt)
	}
}

// peek skips white space and shows the byte that comes next; at the end it is 0, which stands nowhere in JSON.
func (s *scanner) peek() byte {
	for ; s.pos < len(s.data); s.pos++ {
		c := s.data[s.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// object steps into an object, to its first member. It is false where there is none.
func (s *scanner) object() bool {
	if !s.enter('{') {
		return false
	}
	if s.peek() == '}' {
		s.leave()
		return false
	}
	return s.name()
}

// member steps to the next member, or out of the object.
func (s *scanner) member() bool { return s.another('}') && s.name() }

// array steps into an array, to its first element. It is false where there is none.
func (s *scanner) array() bool {
	if !s.enter('[') {
		return false
	}
	if s.peek() == ']' {
		s.leave()
		return false
	}
	return true
}

// element steps to the next element, or out of the array.
func (s *scanner) element() bool { return s.another(']') }

// enter steps over the opening bracket, or over another value where that isn't what comes.
func (s *scanner) enter(bracket byte) bool {
	if s.peek() != bracket {
		s.mismatch()
		return false
	}
	if s.depth++; s.depth > maxDepth {
		s.fail(nestsTooFar)
		return false
	}
	s.pos++
	return true
}

func (s *scanner) leave() {
	s.depth--
	s.pos++
}

func (s *scanner) another(bracket byte) bool {
	switch s.peek() {
	case ',':
		s.pos++
		return true
	case bracket:
		s.leave()
	default:
		s.unexpected()
	}
	return false
}

// name takes a member's name and the colon behind it.
func (s *scanner) name() bool {
	raw, escaped := s.quoted()
	if s.key = raw; escaped {
		s.key = raw.appendTo(nil)
	}
	if s.peek() != ':' {
		s.unexpected()
		return false
	}
	s.pos++
	return true
}

// quoted takes a string.
func (s *scanner) quoted() (raw quoted, escaped bool) {
	if s.peek() != '"' {
		s.unexpected()
		return nil, false
	}
	s.pos++
	start := s.pos
	for {
		s.pos = plain(s.data, s.pos)
		switch {
		case s.pos < len(s.data) && s.data[s.pos] == '"':
			s.pos++
			return s.data[start : s.pos-1], escaped
		case s.pos < len(s.data) && s.data[s.pos] == '\\':
			s.escape()
			escaped = true
		default:
			s.unexpected()
			return nil, false
		}
	}
}

// escape steps over a backslash and what belongs to it.
func (s *scanner) escape() {
	s.pos++
	if s.pos == len(s.data) {
		return
	}
	switch s.data[s.pos] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos++
	case 'u':
		s.pos++
		for range 4 {
			if s.pos == len(s.data) || !isHex(s.data[s.pos]) {
				s.unexpected()
				return
			}
			s.pos++
		}
	default:
		s.unexpected()
	}
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// plain gives the offset, from i on, of the first byte that does not stand for itself inside a string: a
// quote, a backslash or a control character. It looks at eight bytes at once (Mycroft's test for a zero byte, 1987:
// the lowest byte that it marks is always right).
func plain(data []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		quote, backslash := w^ones*'"', w^ones*'\\'
		if found := ((w-ones*' ')&^w | (quote-ones)&^quote | (backslash-ones)&^backslash) & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(data); i++ {
		if c := data[i]; c < ' ' || c == '"' || c == '\\' {
			return i
		}
	}
	return i
}

// skip passes over a value that nobody asks for.
func (s *scanner) skip() {
	s.peek()
	begin := s.pos
	s.value()
	if len(s.passed) < mostPassed {
		s.passed = append(s.passed, span{begin, s.pos, s.depth})
	}
}

// value takes any value.
func (s *scanner) value() {
	switch c := s.peek(); c {
	case '"':
		s.quoted()
	case '{':
		for ok := s.object(); ok; ok = s.member() {
			s.value()
		}
	case '[':
		for ok := s.array(); ok; ok = s.element() {
			s.value()
		}
	case 't':
		s.literal("true")
	case 'f':
		s.literal("false")
	case 'n':
		s.literal("null")
	default:
		s.number()
	}
}

// raw takes any value, as it stands.
func (s *scanner) raw() []byte {
	s.peek()
	start := s.pos
	s.value()
	return s.data[start:s.pos]
}

func (s *scanner) literal(word string) {
	for i := range len(word) {
		if s.pos == len(s.data) || s.data[s.pos] != word[i] {
			s.unexpected()
			return
		}
		s.pos++
	}
}

// number takes a number, as it stands.
func (s *scanner) number() []byte {
	s.peek()
	start := s.pos
	s.accept("-")
	if !s.accept("0") && !s.digits() {
		return nil
	}
	if s.accept(".") && !s.digits() {
		return nil
	}
	if s.accept("eE") {
		s.accept("+-")
		if !s.digits() {
			return nil
		}
	}
	return s.data[start:s.pos]
}

// accept steps over one byte, if it is one of these.
func (s *scanner) accept(these string) bool {
	if s.pos < len(s.data) {
		for i := range len(these) {
			if s.data[s.pos] == these[i] {
				s.pos++
				return true
			}
		}
	}
	return false
}

// digits steps over at least one digit.
func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	if s.pos == start {
		s.unexpected()
	}
	return s.pos > start
}

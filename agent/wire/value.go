package wire

import (
	"fmt"
	"math"
	"strconv"
)

// A figure is a count or a duration, if the server gave it.
type figure struct {
	n  int64
	ok bool
}

func (f figure) int64() *int64 {
	if !f.ok {
		return nil
	}
	return new(f.n)
}

func (f figure) int() *int {
	if !f.ok {
		return nil
	}
	return new(int(f.n))
}

// or is the other where this one is absent.
func (f figure) or(other figure) figure {
	if f.ok {
		return f
	}
	return other
}

// and is the sum of this one and the other, absent where one of them is.
func (f figure) and(other figure) figure {
	if !f.ok || !other.ok {
		return figure{}
	}
	return figure{f.n + other.n, true}
}

// mismatch takes a value that isn't what it ought to be.
func (s *scanner) mismatch() {
	kind := ""
	switch s.peek() {
	case 'n':
		s.literal("null")
		return
	case '"':
		kind = "a string"
	case '{':
		kind = "an object"
	case '[':
		kind = "an array"
	case 't', 'f':
		kind = "a boolean"
	default:
		kind = "a number"
	}
	s.refuse("can't be " + kind)
	s.value()
}

// refuse says what is wrong with the value of the member.
func (s *scanner) refuse(why string) {
	if s.wrong == "" && s.fault == 0 {
		s.wrong = fmt.Sprintf("%q %s", s.key, why)
	}
}

// surplus takes an element that is too many.
func (s *scanner) surplus(what string, most int) {
	if s.wrong == "" && s.fault == 0 {
		s.wrong = fmt.Sprintf("over %d %s", most, what)
	}
	s.value()
}

// text takes a string; it is nil for null.
func (s *scanner) text() quoted {
	if s.peek() != '"' {
		s.mismatch()
		return nil
	}
	raw, _ := s.quoted()
	return raw
}

// boolean takes a boolean.
func (s *scanner) boolean() (value, ok bool) {
	switch s.peek() {
	case 't':
		s.literal("true")
		return true, true
	case 'f':
		s.literal("false")
		return false, true
	}
	s.mismatch()
	return false, false
}

// integer takes a whole number from 0 to most. Null changes nothing.
func (s *scanner) integer(f *figure, most int64) {
	number := s.numeral()
	if number == nil {
		return
	}
	n, err := strconv.ParseInt(string(number), 10, 64)
	switch {
	case n < 0:
		s.refuse("is negative")
	case err != nil || n > most:
		s.refuse(fmt.Sprintf("is no whole number up to %d", most))
	default:
		*f = figure{n, true}
	}
}

// milliseconds takes a number of milliseconds, as ns up to most. Null changes nothing.
func (s *scanner) milliseconds(f *figure, most int64) {
	number := s.numeral()
	if number == nil {
		return
	}
	ms, err := strconv.ParseFloat(string(number), 64)
	switch {
	case ms < 0:
		s.refuse("is negative")
	case err != nil || ms*1e6 > float64(most):
		s.refuse(fmt.Sprintf("is no number up to %g", float64(most)/1e6))
	default:
		*f = figure{int64(math.Round(ms * 1e6)), true}
	}
}

// numeral takes a number, as it stands; it is nil for null.
func (s *scanner) numeral() []byte {
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		s.mismatch()
		return nil
	}
	return s.number()
}

package journal

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// A line is a line of the journal, taken apart and not copied: its texts are parts of what was read, with their escapes.
type line struct {
	t                                                                           []byte
	event, host, boot, address, configuration, name, hash, state, message, seal []byte
	schema, pid, attempt, delayNS, durationNS, recordBytes, recordTime          int64
}

// field gives where the value of a field goes; nil twice for a name that is not known.
func (l *line) field(name []byte) (text *[]byte, number *int64) {
	switch string(name) {
	case "t":
		return &l.t, nil
	case "event":
		return &l.event, nil
	case "host":
		return &l.host, nil
	case "boot":
		return &l.boot, nil
	case "address":
		return &l.address, nil
	case "configuration":
		return &l.configuration, nil
	case "name":
		return &l.name, nil
	case "hash":
		return &l.hash, nil
	case "state":
		return &l.state, nil
	case "message":
		return &l.message, nil
	case "record_sha256":
		return &l.seal, nil
	case "schema":
		return nil, &l.schema
	case "pid":
		return nil, &l.pid
	case "attempt":
		return nil, &l.attempt
	case "delay_ns":
		return nil, &l.delayNS
	case "duration_ns":
		return nil, &l.durationNS
	case "record_bytes":
		return nil, &l.recordBytes
	case "record_mtime_ns":
		return nil, &l.recordTime
	}
	return nil, nil
}

// parseLine reads a line in the form that this package writes most of them in: one flat object without white space, of known
// names, ASCII and whole numbers. A sweep may have 100 000 runs, and each plan reads the whole journal. A line of another form
// may be an event all the same; encoding/json decides. Where both read a line, they read the same.
func parseLine(text []byte) (l line, ok bool) {
	c := cursor{text}
	for open := byte('{'); c.skip(open); open = ',' {
		name, ok := c.text()
		if !ok || !c.skip(':') {
			return l, false
		}
		text, number := l.field(name)
		switch {
		case text != nil:
			*text, ok = c.text()
		case number != nil:
			*number, ok = c.number()
		default:
			ok = false
		}
		if !ok {
			return l, false
		}
	}
	var t time.Time
	whole := c.skip('}') && len(c.rest) == 0 && len(l.event) > 0
	return l, whole && t.UnmarshalText(l.t) == nil && !t.IsZero()
}

// asEvent copies what parseLine has read.
func (l *line) asEvent() Event {
	e := Event{
		Event: named(l.event, EventStart, EventFinish), Schema: int(l.schema), Host: unescape(l.host), PID: int(l.pid), Boot: unescape(l.boot),
		Address: unescape(l.address), Configuration: unescape(l.configuration), Name: unescape(l.name), Attempt: int(l.attempt),
		Hash: unescape(l.hash), State: named(l.state, Counted, Warmup, Failed), DelayNS: l.delayNS, Message: unescape(l.message),
		DurationNS: l.durationNS, RecordBytes: l.recordBytes, RecordMtimeNS: l.recordTime, RecordSHA256: unescape(l.seal),
	}
	_ = e.T.UnmarshalText(l.t) // parseLine has done it
	return e
}

// A cursor goes over what parseLine reads.
type cursor struct{ rest []byte }

func (c *cursor) skip(b byte) bool {
	if len(c.rest) == 0 || c.rest[0] != b {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// text takes a string of ASCII, in which nothing but quotes and backslashes is escaped.
func (c *cursor) text() ([]byte, bool) {
	if !c.skip('"') {
		return nil, false
	}
	for i := 0; i < len(c.rest); i++ {
		switch b := c.rest[i]; {
		case b == '"':
			text := c.rest[:i]
			c.rest = c.rest[i+1:]
			return text, true
		case b == '\\':
			if i++; i == len(c.rest) || c.rest[i] != '"' && c.rest[i] != '\\' {
				return nil, false
			}
		case b < ' ' || b >= 0x80:
			return nil, false
		}
	}
	return nil, false
}

// number takes a whole number that is not negative.
func (c *cursor) number() (n int64, ok bool) {
	digits := 0
	for ; digits < len(c.rest); digits++ {
		d := int64(c.rest[digits]) - '0'
		if d < 0 || d > 9 {
			break
		}
		if n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	if digits == 0 || digits > 1 && c.rest[0] == '0' {
		return 0, false
	}
	c.rest = c.rest[digits:]
	return n, true
}

// unescape gives what a text of a line says.
func unescape(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text)
	}
	var plain strings.Builder
	plain.Grow(len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			i++
		}
		plain.WriteByte(text[i])
	}
	return plain.String()
}

// named gives what a text says, without a copy where it is one of some that most lines have.
func named[T ~string](text []byte, frequent ...T) T {
	for _, name := range frequent {
		if string(text) == string(name) {
			return name
		}
	}
	return T(unescape(text))
}

// decodeEvent reads a line of the journal, and says whether it is a whole event.
func decodeEvent(text []byte) (e Event, whole bool) {
	if l, ok := parseLine(text); ok {
		return l.asEvent(), true
	}
	return unmarshalEvent(text)
}

// unmarshalEvent reads a line of any form.
func unmarshalEvent(text []byte) (e Event, whole bool) {
	err := json.Unmarshal(text, &e)
	return e, err == nil && e.Event != "" && !e.T.IsZero()
}

package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// doneMark is the data of the last event of OpenAI's streams.
const doneMark = "[DONE]"

// An event is one server-sent event, or one line of NDJSON.
type event struct {
	data   []byte // without blanks at the end; of several data lines, joined by line feeds
	last   int    // offset of the last byte of data in the body
	fault  bool   // it is of the kind error
	joined bool   // data lies in the reader's own room, until the next event
	ended  bool   // by a blank line, or the line by its own end; not only by the end of the body
}

// An eventReader finds the server-sent events in a body (HTML Living Standard, section 9.2.6). Unlike a
// browser it refuses what cannot be such a stream, and takes a last event that no blank line ends.
type eventReader struct {
	body   []byte
	pos    int
	lf     int    // offset of the first line feed from pos on, or the length of the body; less than pos before it is looked for
	joined []byte // the data of an event that has several lines
	err    error  // why next found no more, if it isn't the end
}

func newEventReader(body []byte) *eventReader {
	begin := 0
	if bytes.HasPrefix(body, []byte("\uFEFF")) { // a byte order mark
		begin = len("\uFEFF")
	}
	return &eventReader{body: body, pos: begin, lf: -1}
}

// next gives the next event that has data or is an error. Comments and keep-alives are none.
func (r *eventReader) next() (e event, ok bool) {
	lines := 0
	for r.pos < len(r.body) {
		start := r.pos
		line := r.line()
		if len(line) > MaxLine {
			r.err = fmt.Errorf("%w: a line of %d bytes, over %d", ErrMalformed, len(line), MaxLine)
			return event{}, false
		}
		if len(line) == 0 {
			if e.data = trimBlanks(e.data); len(e.data) > 0 || e.fault {
				e.ended = true
				return e, true
			}
			lines = 0
			continue
		}
		name, value := field(line)
		switch string(name) {
		case "error": // as older llama.cpp says it
			e.fault = true
			fallthrough
		case "data":
			begin := start + len(line) - len(value)
			if value = trimBlanks(value); len(value) > 0 {
				e.last = begin + len(value) - 1
			}
			if e.data = r.join(e.data, value, lines); len(e.data) > MaxLine {
				r.err = fmt.Errorf("%w: an event of more than %d bytes", ErrMalformed, MaxLine)
				return event{}, false
			}
			e.joined = lines > 0
			lines++
		case "event":
			e.fault = string(value) == "error"
		default:
			if !isFieldName(name) {
				r.err = noEvents(r.body[start:])
				return event{}, false
			}
		}
	}
	e.data = trimBlanks(e.data)
	return e, len(e.data) > 0 || e.fault
}

// line takes the next line without its ending, which is LF, CRLF or CR.
func (r *eventReader) line() []byte {
	if r.lf < r.pos {
		r.lf = len(r.body)
		if i := bytes.IndexByte(r.body[r.pos:], '\n'); i >= 0 {
			r.lf = r.pos + i
		}
	}
	line, end := r.body[r.pos:r.lf], r.lf
	if cr := bytes.IndexByte(line, '\r'); cr >= 0 {
		line = line[:cr]
		if r.pos+cr+1 < r.lf {
			end = r.pos + cr
		}
	}
	r.pos = min(end+1, len(r.body))
	return line
}

// join adds the data of one line to that of the lines before it.
func (r *eventReader) join(data, line []byte, lines int) []byte {
	switch lines {
	case 0:
		return line
	case 1:
		r.joined = append(r.joined[:0], data...)
	}
	r.joined = append(r.joined, '\n')
	r.joined = append(r.joined, line...)
	return r.joined
}

// field cuts a line at its colon. A space behind that belongs to neither part.
func field(line []byte) (name, value []byte) {
	colon := bytes.IndexByte(line, ':')
	if colon < 0 {
		return line, nil
	}
	value = line[colon+1:]
	if len(value) > 0 && value[0] == ' ' {
		value = value[1:]
	}
	return line[:colon], value
}

// isFieldName takes the name of any field, the empty one of a comment included.
func isFieldName(name []byte) bool {
	for _, c := range name {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}

// noEvents says of a body, from where it isn't a stream of events, what it is: often a JSON object with an error.
func noEvents(rest []byte) error {
	var body ErrorResponse
	if len(rest) <= MaxLine && json.Unmarshal(rest, &body) == nil && body.Error != "" {
		return fmt.Errorf("%w: %s", ErrReported, body.Error)
	}
	return fmt.Errorf("%w: no line of server-sent events: %s", ErrMalformed, quote(rest))
}

// trimBlanks takes JSON's white space from the end.
func trimBlanks(data []byte) []byte {
	for n := len(data); n > 0; n-- {
		if c := data[n-1]; c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return data[:n]
		}
	}
	return nil
}

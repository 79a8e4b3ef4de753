package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// MaxLine is the longest line that is decoded, in bytes.
const MaxLine = 4 << 20

// What can be wrong with a stream.
var (
	ErrUnfinished = errors.New("the stream ended without done") // it broke off, in or between two lines
	ErrReported   = errors.New("the server reported an error")  // an error object in the stream
	ErrMalformed  = errors.New("the stream is malformed")       // not the protocol
)

// A Chunk is one line of a stream that brought text.
type Chunk struct {
	NS       int64 // stamp of the read that brought the last byte of its JSON
	Thinking bool  // it brought thinking only, nothing of the answer
}

// A Stream is an answer decoded.
type Stream struct {
	Chunks   []Chunk // lines without any text are left out: they are not tokens
	Response string
	Thinking string
	Timings  Timings // of the last line; zero where none came
}

// DecodeGenerate decodes the NDJSON that answers a streaming GenerateRequest. With an error, the stream
// holds what came before it.
func DecodeGenerate(t *Tape) (Stream, error) {
	var s Stream
	var response, thinking strings.Builder
	done := false
	err := func() error {
		for last, line := range lines(t.Bytes()) {
			if done {
				return fmt.Errorf("%w: after done it goes on with %s", ErrMalformed, quote(line))
			}
			msg, err := decodeLine(line)
			switch {
			case last == len(t.Bytes())-1 && cutOff(line, err):
				return fmt.Errorf("%w, inside the line %s", ErrUnfinished, quote(line))
			case err != nil:
				return err
			}
			if msg.Response != "" || msg.Thinking != "" {
				s.Chunks = append(s.Chunks, Chunk{NS: t.At(last), Thinking: msg.Response == ""})
				response.WriteString(msg.Response)
				thinking.WriteString(msg.Thinking)
			}
			if msg.Error != "" {
				return fmt.Errorf("%w: %s", ErrReported, msg.Error)
			}
			if done = *msg.Done; done {
				s.Timings = msg.Timings
			}
		}
		if !done {
			return ErrUnfinished
		}
		return nil
	}()
	s.Response, s.Thinking = response.String(), thinking.String()
	return s, err
}

// lines gives each line that isn't blank, without its ending, under the offset of its last byte. The
// last line need not be ended: then its offset is that of the last byte of all.
func lines(data []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for start := 0; start < len(data); {
			end := len(data)
			if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
				end = start + i
			}
			line := bytes.TrimRight(data[start:end], "\r")
			if len(bytes.TrimSpace(line)) > 0 && !yield(start+len(line)-1, line) {
				return
			}
			start = end + 1
		}
	}
}

// decodeLine wants one JSON object with done or error in it, and no negative figure.
func decodeLine(line []byte) (GenerateResponse, error) {
	var msg GenerateResponse
	if len(line) > MaxLine {
		return msg, fmt.Errorf("%w: a line of %d bytes, over %d", ErrMalformed, len(line), MaxLine)
	}
	if err := json.Unmarshal(line, &msg); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			err = fmt.Errorf("%q can't be a %s", wrong.Field, wrong.Value)
		}
		return msg, fmt.Errorf("%w: %w in %s", ErrMalformed, err, quote(line))
	}
	if msg.Done == nil && msg.Error == "" {
		return msg, fmt.Errorf("%w: neither done nor error in %s", ErrMalformed, quote(line))
	}
	if msg.Timings.negative() {
		return msg, fmt.Errorf("%w: a negative figure in %s", ErrMalformed, quote(line))
	}
	return msg, nil
}

// cutOff says whether err means that the line is the beginning of a JSON value, and no more of it.
func cutOff(line []byte, err error) bool {
	syntax, ok := errors.AsType[*json.SyntaxError](err)
	return ok && syntax.Offset == int64(len(line))
}

func (t Timings) negative() bool {
	for _, ns := range []*int64{t.TotalNS, t.LoadNS, t.PromptEvalNS, t.EvalNS} {
		if ns != nil && *ns < 0 {
			return true
		}
	}
	for _, n := range []*int{t.PromptEvalCount, t.EvalCount} {
		if n != nil && *n < 0 {
			return true
		}
	}
	return false
}

// quote shows the beginning of a line in a message.
func quote(line []byte) string {
	const most = 80
	if len(line) > most {
		return fmt.Sprintf("%q…", line[:most])
	}
	return fmt.Sprintf("%q", line)
}

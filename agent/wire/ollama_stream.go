package wire

import (
	"bytes"
	"fmt"
)

// decodeLines decodes NDJSON that answers a GenerateRequest or a ChatRequest. The two differ in where the text
// stands, and no line has both.
func decodeLines(t *Tape) (Stream, error) {
	a := assembly{tape: t}
	err := a.lines(t.Bytes())
	return a.stream(), err
}

func (a *assembly) lines(data []byte) error {
	for start := 0; start < len(data); {
		end, ended := len(data), false
		if i := bytes.IndexByte(data[start:], '\n'); i >= 0 {
			end, ended = start+i, true
		}
		line := trimBlanks(data[start:end])
		last := start + len(line) - 1
		start = end + 1
		if len(line) == 0 {
			continue
		}
		if a.message.done {
			return fmt.Errorf("%w: after done it goes on with %s", ErrMalformed, quote(line))
		}
		if len(line) > MaxLine {
			return fmt.Errorf("%w: a line of %d bytes, over %d", ErrMalformed, len(line), MaxLine)
		}
		var err error
		if a.fill(line) {
			err = a.add(last)
		} else {
			a.scanner.ollama(&a.message)
			err = a.take(event{data: line, last: last, ended: ended}, "done")
		}
		if err != nil {
			return err
		}
	}
	if !a.message.done {
		return ErrUnfinished
	}
	return nil
}

// ollama walks a GenerateResponse or a ChatResponse.
func (s *scanner) ollama(m *message) {
	d, f := m.nextDelta(), &m.figures
	for ok := s.object(); ok; ok = s.member() {
		switch string(s.key) {
		case "response":
			d.content = s.text()
		case "thinking":
			d.thinking = s.text()
		case "message":
			s.delta(d)
		case "done":
			m.done, m.answers = s.boolean()
		case "done_reason":
			d.finish = s.text()
		case "error":
			m.fault = s.raw()
		case "total_duration":
			s.integer(&f[totalNS], mostNS)
		case "load_duration":
			s.integer(&f[loadNS], mostNS)
		case "prompt_eval_duration":
			s.integer(&f[promptNS], mostNS)
		case "eval_duration":
			s.integer(&f[evalNS], mostNS)
		case "prompt_eval_count":
			s.integer(&f[promptN], mostTokens)
			f[promptTokens] = f[promptN]
		case "eval_count":
			s.integer(&f[evalN], mostTokens)
		default:
			s.skip()
		}
	}
}

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
	var s scanner
	var m message
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
		if m.done {
			return fmt.Errorf("%w: after done it goes on with %s", ErrMalformed, quote(line))
		}
		if len(line) > MaxLine {
			return fmt.Errorf("%w: a line of %d bytes, over %d", ErrMalformed, len(line), MaxLine)
		}
		m.reset()
		s.reset(line)
		s.ollama(&m)
		if err := s.end(); err == errCutOff && !ended {
			return fmt.Errorf("%w, inside the line %s", ErrUnfinished, quote(line))
		} else if err != nil {
			return fmt.Errorf("%w: %w in %s", ErrMalformed, err, quote(line))
		}
		reported := m.reported()
		if !m.answers && reported == nil {
			return fmt.Errorf("%w: neither done nor error in %s", ErrMalformed, quote(line))
		}
		if err := a.add(&m, last); err != nil {
			return err
		}
		if reported != nil {
			return reported
		}
	}
	if !m.done {
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
			f.totalNS = s.integer(mostNS)
		case "load_duration":
			f.loadNS = s.integer(mostNS)
		case "prompt_eval_duration":
			f.promptNS = s.integer(mostNS)
		case "eval_duration":
			f.evalNS = s.integer(mostNS)
		case "prompt_eval_count":
			f.promptN = s.integer(mostTokens)
			f.prompt = f.promptN
		case "eval_count":
			f.evalN = s.integer(mostTokens)
		default:
			s.skip()
		}
	}
}

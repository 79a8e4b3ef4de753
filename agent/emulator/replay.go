package emulator

import (
	"fmt"
	"time"

	"bench/agent/wire"
)

// A Recording is a call that was measured, to be answered again with its own timing. Times count from
// the arrival of the request, loading included.
type Recording struct {
	Model        string          `json:"model,omitempty"` // whose calls it answers; "": any
	Chunks       []RecordedChunk `json:"chunks"`
	End          time.Duration   `json:"end_ns"`            // of the answer; 0: with its last chunk
	Load         time.Duration   `json:"load_ns,omitempty"` // this and what follows: as the server told
	Prefill      time.Duration   `json:"prefill_ns,omitempty"`
	Decode       time.Duration   `json:"decode_ns,omitempty"`
	PromptTokens int             `json:"prompt_tokens,omitempty"`
	OutputTokens int             `json:"output_tokens,omitempty"` // 0: those of the chunks
	Reason       string          `json:"reason,omitempty"`        // ""; "stop"
}

// A RecordedChunk is one of its chunks.
type RecordedChunk struct {
	At       time.Duration `json:"at_ns"`
	Text     string        `json:"text"`
	Thinking bool          `json:"thinking,omitempty"`
	Tokens   int           `json:"tokens,omitempty"` // 0: 1
}

func (r Recording) validate() error {
	if len(r.Chunks) == 0 {
		return fmt.Errorf("it has no chunk")
	}
	before := time.Duration(0)
	for i, c := range r.Chunks {
		if c.At < before {
			return fmt.Errorf("chunk %d comes at %v, before the one in front of it or before the request", i+1, c.At)
		}
		if c.Tokens < 0 {
			return fmt.Errorf("chunk %d has %d tokens", i+1, c.Tokens)
		}
		before = c.At
	}
	if r.End != 0 && r.End < before {
		return fmt.Errorf("it ends at %v, before its last chunk", r.End)
	}
	if min(r.Load, r.Prefill, r.Decode) < 0 || min(r.PromptTokens, r.OutputTokens) < 0 {
		return fmt.Errorf("a figure is negative")
	}
	return nil
}

// recording gives the one that answers a call for a model: those that fit take turns. Nil where none fits.
func (s *Server) recording(model string) *Recording {
	var fit []*Recording
	for i := range s.config.Replay {
		if r := &s.config.Replay[i]; r.Model == "" || wire.SameModel(r.Model, model) {
			fit = append(fit, r)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	full := wire.FullName(model)
	turn := s.turns[full]
	s.turns[full] = (turn + 1) % len(fit)
	return fit[turn]
}

// messages are those of the recording, and end says when its answer ends.
func (r *Recording) messages() (list []message, end time.Duration) {
	for _, c := range r.Chunks {
		m := message{at: c.At, kind: text, tokens: max(c.Tokens, 1), text: c.Text, literal: quoted(c.Text)}
		if c.Thinking {
			m.kind = thinking
		}
		list = append(list, m)
	}
	return list, max(r.End, list[len(list)-1].at)
}

func (r *Recording) figures() figures {
	f := figures{load: r.Load, prefill: r.Prefill, decode: r.Decode, prompt: r.PromptTokens, output: r.OutputTokens, reason: r.Reason}
	counted := 0
	for _, c := range r.Chunks {
		counted += max(c.Tokens, 1)
		if c.Thinking {
			f.thinking += max(c.Tokens, 1)
		}
	}
	if f.output == 0 {
		f.output = counted
	}
	if f.reason == "" {
		f.reason = "stop"
	}
	return f
}

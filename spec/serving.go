package spec

import (
	"fmt"
	"time"
)

// Serving is what makes a program a benchmark of serving: one call, made again and again. It stands alone, as a Program does.
type Serving struct {
	Prompts *ServedPrompts `json:"prompts,omitempty"` // nil: the prompt is that of the only step
	Load    *ServedLoad    `json:"load,omitempty"`    // nil: each prompt once, one after the other
}

// ServedPrompts are where the prompts come from: a file, or chance.
type ServedPrompts struct {
	Path   string       `json:"path,omitempty"` // relative to the module; "" for synthetic ones
	Column string       `json:"column,omitempty"`
	Salt   bool         `json:"salt,omitempty"`
	Input  Distribution `json:"input,omitzero"`  // tokens of synthetic prompts
	Output Distribution `json:"output,omitzero"` // tokens of the answers to them, at most
}

// ServedLoad is how many calls are made, and when: see [LoadProfile].
type ServedLoad struct {
	Arrival     string        `json:"arrival"`
	Rate        float64       `json:"rate,omitempty"`
	Concurrency int           `json:"concurrency,omitempty"`
	Duration    time.Duration `json:"duration_ns,omitempty"`
	Requests    int           `json:"requests,omitempty"`
	Warmup      time.Duration `json:"warmup_ns,omitempty"`
	Cooldown    time.Duration `json:"cooldown_ns,omitempty"`
	ThinkTime   time.Duration `json:"think_time_ns,omitempty"`
	Trace       string        `json:"trace,omitempty"`
}

// Limits are those of an SLO; 0 is none.
type Limits struct {
	TTFT time.Duration `json:"ttft_ns,omitempty"`
	TPOT time.Duration `json:"tpot_ns,omitempty"`
	ITL  time.Duration `json:"itl_ns,omitempty"`
	E2E  time.Duration `json:"e2e_ns,omitempty"`
}

// A ServedFile is a file that a load reads.
type ServedFile struct {
	Name string // "prompts.path" or "load.trace", which no ingest can be called
	Path string // relative to the module
}

// serving gives what a workload has of it; nil for steps that are made once.
func (w *Workload) serving() *Serving {
	if w.Prompts == nil && w.Load == nil {
		return nil
	}
	s := &Serving{}
	if p := w.Prompts; p != nil {
		s.Prompts = &ServedPrompts{Path: p.Path, Column: p.Column, Salt: p.Salt}
		if p.Synthetic != nil {
			s.Prompts.Input, s.Prompts.Output = p.Synthetic.InputTokens, p.Synthetic.OutputTokens
		}
	}
	if l := w.Load; l != nil {
		s.Load = &ServedLoad{l.Arrival, l.Rate, l.Concurrency, l.Duration, l.Requests, l.Warmup, l.Cooldown, l.ThinkTime, l.Trace}
	}
	return s
}

func (w *Workload) limits() *Limits {
	if w.SLO == nil {
		return nil
	}
	return &Limits{w.SLO.TTFT, w.SLO.TPOT, w.SLO.ITL, w.SLO.E2E}
}

// Files lists the files that it reads; none of a nil one.
func (s *Serving) Files() []ServedFile {
	var files []ServedFile
	if s != nil && s.Prompts != nil && s.Prompts.Path != "" {
		files = append(files, ServedFile{"prompts.path", s.Prompts.Path})
	}
	if s != nil && s.Load != nil && s.Load.Trace != "" {
		files = append(files, ServedFile{"load.trace", s.Load.Trace})
	}
	return files
}

// servedParts adds to an identity what is served, and the limits by which it is judged.
func (p *Program) servedParts(id map[string]string) {
	if s := p.Serving; s != nil {
		if s.Prompts != nil {
			id["prompts"] = fmt.Sprintf("column %q, salt %v, input %v, output %v", s.Prompts.Column, s.Prompts.Salt, s.Prompts.Input, s.Prompts.Output)
		}
		if l := s.Load; l != nil {
			id["load"] = fmt.Sprintf("%s, rate %s, concurrency %d, duration %v, requests %d, warmup %v, cooldown %v, think time %v",
				l.Arrival, fmt.Sprint(l.Rate), l.Concurrency, l.Duration, l.Requests, l.Warmup, l.Cooldown, l.ThinkTime)
		}
	}
	if l := p.SLO; l != nil {
		id["slo"] = fmt.Sprintf("ttft %v, tpot %v, itl %v, e2e %v", l.TTFT, l.TPOT, l.ITL, l.E2E)
	}
}

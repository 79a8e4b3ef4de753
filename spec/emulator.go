package spec

import (
	"fmt"
	"time"
)

// An Emulator is the embedded server's planted behaviour.
type Emulator struct {
	Seed            int
	LoadTime        time.Duration
	TTFT            time.Duration
	TokensPerSecond float64
	Jitter          float64 // sigma of a lognormal factor
	OutputTokens    int
	Models          []string
	Effects         []Effect
	Faults          []Fault
	Style           Style
}

// An Effect changes the emulator for requests with certain options. Changes are relative: 0.02 is +2 %.
type Effect struct {
	When                            map[string]any
	TokensPerSecond, TTFT, LoadTime float64
}

// A Fault hits a share of the requests.
type Fault struct {
	Kind string
	Rate float64
}

// A Style is how the emulator writes its answers. What is left out is zero: one token a chunk, one chunk a
// write, counts where the request asks for them.
type Style struct {
	TokensPerChunk int
	ChunksPerWrite int
	EmptyFirst     bool
	Thinking       int
	ToolCalls      int
	Usage          string // last_chunk, every, never
	Comments       int    // before every n-th chunk; 0: none
	CRLF           bool
	MultiByte      bool
	PrefixCache    bool
}

func (d *decoder) emulator(v *values, server Ref) *Emulator {
	e := &Emulator{}
	v.whole("seed", &e.Seed)
	v.duration("load_time", &e.LoadTime)
	v.duration("ttft", &e.TTFT)
	v.number("tokens_per_second", &e.TokensPerSecond)
	v.number("jitter", &e.Jitter)
	v.whole("output_tokens", &e.OutputTokens)
	v.strs("models", &e.Models)
	for _, b := range v.blocks.OfType("effect") {
		f := d.read(b, effectSchema, d.scope)
		var effect Effect
		f.scalars("when", &effect.When)
		f.percent("tokens_per_second", &effect.TokensPerSecond)
		f.percent("ttft", &effect.TTFT)
		f.percent("load_time", &effect.LoadTime)
		if _, ok := f.get("when"); ok && len(effect.When) == 0 {
			d.errorAt(f.rangeOf("when"), "Invalid value", "\"when\" is empty. What holds for every request belongs into the server's own timing.")
		}
		for option := range effect.When {
			key, _ := itemOf(f.attrs["when"].Expr, option)
			d.effects = append(d.effects, effectOption{server, option, key.Range()})
		}
		e.Effects = append(e.Effects, effect)
	}
	total := 0.0
	for _, b := range v.blocks.OfType("fault") {
		f := d.read(b, faultSchema, d.scope)
		var fault Fault
		f.str("kind", &fault.Kind)
		f.number("rate", &fault.Rate)
		if total += fault.Rate; fault.Rate > 0 && total > 1+1e-9 { // 0.1 ten times is a little more than 1
			d.errorAt(f.rangeOf("rate"), "Invalid value", fmt.Sprintf("The rates of all faults add up to %.4g so far, and there is no more than every request: 1.", total))
		}
		e.Faults = append(e.Faults, fault)
	}
	e.Style = style(d.readOptional(v, "style", styleSchema, d.scope))
	return e
}

func style(v *values) Style {
	var s Style
	v.whole("tokens_per_chunk", &s.TokensPerChunk)
	v.whole("chunks_per_write", &s.ChunksPerWrite)
	v.boolean("empty_first", &s.EmptyFirst)
	v.whole("thinking", &s.Thinking)
	v.whole("tool_calls", &s.ToolCalls)
	v.str("usage", &s.Usage)
	v.whole("comments", &s.Comments)
	v.boolean("crlf", &s.CRLF)
	v.boolean("multi_byte", &s.MultiByte)
	v.boolean("prefix_cache", &s.PrefixCache)
	return s
}

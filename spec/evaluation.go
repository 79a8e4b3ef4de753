package spec

import (
	"fmt"
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/gocty"
)

// An Evaluation is a Program under way: what the run has given so far, and the expressions over it. It is used from one
// goroutine.
type Evaluation struct {
	program *Program
	scope   *scope
	ingests map[string]cty.Value
	steps   map[string]cty.Value
}

// A Corpus is what a run read for an ingest block.
type Corpus struct {
	Files   int            `cty:"files"`
	Bytes   int64          `cty:"bytes"`
	Types   map[string]int `cty:"types"` // files by ending
	Names   []string       `cty:"names"`
	Text    string         `cty:"text"`
	Summary string         `cty:"summary"`
}

// Start begins an evaluation.
func (p *Program) Start() (*Evaluation, error) {
	vars := map[string]cty.Value{}
	for root, t := range p.Scope {
		v, err := t.value()
		if err != nil {
			return nil, fmt.Errorf("program: %s: %w", root, err)
		}
		vars[root] = v
	}
	w := &work{}
	held := &files{contents: p.Files, listings: p.Listings, templates: map[string]*hcl.File{}, work: w}
	sc := newScope(vars, functions(held), w)
	if err := p.define(sc); err != nil {
		return nil, err
	}
	return &Evaluation{
		program: p, scope: sc,
		ingests: map[string]cty.Value{}, steps: map[string]cty.Value{},
	}, nil
}

// define makes the module's own functions known.
func (p *Program) define(sc *scope) error {
	for name, f := range p.Calls {
		result, diags := f.Result.parse(sc.work)
		if diags.HasErrors() {
			return fmt.Errorf("program: function %s: %w", name, &LateError{diags})
		}
		own := &userFunction{
			name: name, params: f.Params, variadic: f.Variadic, result: result, work: sc.work,
			scope: func() *scope { return sc },
		}
		sc.ctx.Functions[name] = own.function()
	}
	return nil
}

// Ingested tells what an ingest block gave.
func (e *Evaluation) Ingested(name string, c Corpus) error {
	v, err := gocty.ToCtyValue(c, ingestType)
	if err != nil {
		return fmt.Errorf("program: ingest %s: %w", name, err)
	}
	e.ingests[name] = v
	return nil
}

// Prompt gives the text of a step's prompt.
func (e *Evaluation) Prompt(step ProgramStep) (string, error) {
	v, err := e.value(step.Prompt, cty.String, nil)
	if err != nil {
		return "", err
	}
	return v.AsString(), nil
}

// Answered tells a step's answer, and evaluates what is extracted from it.
func (e *Evaluation) Answered(step ProgramStep, response string, outputTokens int) error {
	text, tokens := cty.StringVal(response), cty.NumberIntVal(int64(outputTokens))
	self := map[string]cty.Value{"self": answer(text, tokens, cty.EmptyObjectVal)}
	extracted := map[string]cty.Value{}
	for _, n := range step.Extract {
		v, err := e.value(n.Source, cty.DynamicPseudoType, self)
		if err != nil {
			return err
		}
		extracted[n.Name] = v
	}
	e.steps[step.Name] = answer(text, tokens, cty.ObjectVal(extracted))
	return nil
}

// Scores gives the workload's own metrics.
func (e *Evaluation) Scores() (map[string]float64, error) {
	out := map[string]float64{}
	for _, s := range e.program.Scores {
		v, err := e.value(s.Source, cty.Number, nil)
		if err != nil {
			return nil, err
		}
		out[s.Name], _ = v.AsBigFloat().Float64()
	}
	return out, nil
}

// Broken gives the message of the first rule that the run broke, or "".
func (e *Evaluation) Broken() (string, error) {
	for _, c := range e.program.Valid {
		ok, err := e.value(c.Condition, cty.Bool, nil)
		if err != nil {
			return "", err
		}
		if ok.True() {
			continue
		}
		message, err := e.value(c.Message, cty.String, nil)
		if err != nil {
			return "", err
		}
		return message.AsString(), nil
	}
	return "", nil
}

// A LateError is a mistake in the spec that shows only in a run. It knows its place.
type LateError struct{ Diagnostics hcl.Diagnostics }

// Error gives the first diagnostic in one line, with its place.
func (e *LateError) Error() string { return oneLine(e.Diagnostics[0]) }

// value evaluates an expression. A value of any type may be null.
func (e *Evaluation) value(s Source, want cty.Type, more map[string]cty.Value) (cty.Value, error) {
	expr, diags := s.parse(e.scope.work)
	if diags.HasErrors() {
		return cty.NilVal, &LateError{diags}
	}
	vars := map[string]cty.Value{"step": cty.ObjectVal(e.steps), "ingest": cty.ObjectVal(e.ingests)}
	maps.Copy(vars, more)
	for name, t := range s.Vars {
		v, err := t.value()
		if err != nil {
			return cty.NilVal, fmt.Errorf("program: %s: %w", name, err)
		}
		vars[name] = v
	}
	sc := e.scope.with(vars)
	v, diags := sc.evaluate(expr)
	if diags.HasErrors() {
		return cty.NilVal, &LateError{diags}
	}
	if v.ContainsMarked() {
		return cty.NilVal, &LateError{hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: sensitiveHere, Subject: expr.Range().Ptr(),
			Detail: "This would be written to records, and in this run it is sensitive.",
		}}}
	}
	if isInfinite(v) {
		return cty.NilVal, &LateError{hcl.Diagnostics{divisionByZero(expr.Range(), "In this run it divides by zero.")}}
	}
	converted, err := convert.Convert(v, want)
	if err == nil && (want == cty.DynamicPseudoType || !converted.IsNull()) {
		return converted, nil
	}
	return cty.NilVal, &LateError{hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "Wrong type", Subject: expr.Range().Ptr(), Expression: expr, EvalContext: legible(expr, sc.ctx),
		Detail: fmt.Sprintf("This must be %s, and in this run it is %s.", article(want.FriendlyName()), described(v)),
	}}}
}

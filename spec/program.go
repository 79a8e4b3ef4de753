package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// A Program is the part of a workload that is evaluated while a run goes on: its expressions as text, with the values and the
// files that they refer to. It stands alone, so that it can be sent to a worker anywhere. It is not to be changed.
type Program struct {
	Workload string              `json:"workload"`
	Ingests  []ProgramIngest     `json:"ingests,omitempty"`
	Steps    []ProgramStep       `json:"steps"`
	Serving  *Serving            `json:"serving,omitempty"` // nil: each step once
	SLO      *Limits             `json:"slo,omitempty"`
	Scores   []NamedSource       `json:"scores,omitempty"`
	Valid    []ProgramCondition  `json:"valid,omitempty"`
	Scope    map[string]Typed    `json:"scope"`              // by root name: var, local; only what is referred to
	Calls    map[string]Function `json:"calls,omitempty"`    // the module's own functions that are called, by name
	Files    map[string]Content  `json:"files"`              // content by path
	Listings map[string][]string `json:"listings,omitempty"` // files by the pattern of a fileset
}

// A ProgramIngest is a corpus to read.
type ProgramIngest struct {
	Name     string   `json:"name"`
	Paths    []string `json:"paths"`
	MaxBytes int64    `json:"max_bytes,omitempty"`
}

// A ProgramStep is one call to make.
type ProgramStep struct {
	Name      string        `json:"name"`
	Prompt    Source        `json:"prompt"`
	MaxTokens int           `json:"max_tokens,omitempty"`
	Extract   []NamedSource `json:"extract,omitempty"`
}

// A NamedSource is an expression with the name that its value gets.
type NamedSource struct {
	Name   string `json:"name"`
	Source Source `json:"source"`
}

// A ProgramCondition is a rule that the run must keep.
type ProgramCondition struct {
	Condition Source `json:"condition"`
	Message   Source `json:"message"`
}

// A Source is the text of an expression and its place.
type Source struct {
	Text     string `json:"text"`
	Filename string `json:"filename"` // relative to the module
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Byte     int    `json:"byte"`

	JSON bool             `json:"json,omitempty"` // the text is in HCL's JSON syntax
	Vars map[string]Typed `json:"vars,omitempty"` // what only this expression knows: each, the iterators of dynamic blocks

	Files    []string `json:"files,omitempty"`    // that the expression reads, sorted
	Listings []string `json:"listings,omitempty"` // patterns of the filesets in it, sorted
}

// A Function is one of the module's own.
type Function struct {
	Params   []string `json:"params,omitempty"`
	Variadic string   `json:"variadic,omitempty"`
	Result   Source   `json:"result"`
}

// A Typed value carries its cty type, so that it comes back as what it was.
type Typed struct {
	Type  json.RawMessage `json:"type"`
	Value json.RawMessage `json:"value"`
}

// Program gives the program of a workload. All runs of it share it.
func (m *Module) Program(work Ref) (*Program, hcl.Diagnostics) {
	if p, ok := m.programs[work]; ok {
		return p, nil
	}
	return nil, hcl.Diagnostics{{
		Severity: hcl.DiagError, Summary: "No program",
		Detail: fmt.Sprintf("%s is not a workload of a module without mistakes.", work.Address()),
	}}
}

// programs makes the program of every workload.
func (d *decoder) programs() {
	d.module.programs = map[Ref]*Program{}
	for _, w := range d.module.Workloads {
		b := &programBuilder{decoder: d, used: map[string]map[string]cty.Value{}}
		d.module.programs[w.Ref] = b.build(w)
	}
}

type programBuilder struct {
	*decoder
	program *Program
	used    map[string]map[string]cty.Value // by root name and name
}

func (b *programBuilder) build(w *Workload) *Program {
	p := &Program{Workload: w.ID(), Serving: w.serving(), SLO: w.limits(), Scope: map[string]Typed{}, Calls: map[string]Function{}, Files: map[string]Content{}, Listings: map[string][]string{}}
	b.program = p
	for _, i := range w.Ingests {
		p.Ingests = append(p.Ingests, ProgramIngest{i.Name, i.Paths, i.MaxBytes})
	}
	for _, s := range w.Steps {
		step := ProgramStep{Name: s.Name, Prompt: b.source(s.Prompt), MaxTokens: s.MaxTokens}
		for _, n := range s.Extract {
			step.Extract = append(step.Extract, NamedSource{n.Name, b.source(n.Expr)})
		}
		p.Steps = append(p.Steps, step)
	}
	for _, s := range w.Scores {
		p.Scores = append(p.Scores, NamedSource{s.Name, b.source(s.Value)})
	}
	for _, v := range w.Valid {
		p.Valid = append(p.Valid, ProgramCondition{b.source(v.Condition), b.source(v.Message)})
	}
	for _, root := range slices.Sorted(maps.Keys(b.used)) {
		t, err := typed(cty.ObjectVal(b.used[root]))
		if err != nil {
			b.errorAt(w.Range, "Value can't be sent to a run", upper(err.Error())+".")
		}
		p.Scope[root] = t
	}
	return p
}

// source takes an expression as text, notes the values that it refers to, and evaluates it as far as it goes, so that
// the files which it reads are known.
func (b *programBuilder) source(e Expr) Source {
	own := map[string]cty.Value{}
	for _, t := range e.expr.Variables() {
		if v, ok := e.scope.ofInstance(t.RootName()); ok {
			own[t.RootName()] = v
			continue
		}
		b.note(e.expr.Range(), t)
	}
	b.calls(e.expr)
	b.files.used = &reading{map[string]bool{}, map[string]bool{}}
	_, diags := e.Value(nil)
	used := b.files.used
	b.files.used = nil
	b.diags = append(b.diags, diags...)
	s := b.asText(e.expr)
	s.Vars = b.vars(e.Range(), own)
	s.Files, s.Listings = slices.Sorted(maps.Keys(used.files)), slices.Sorted(maps.Keys(used.patterns))
	for _, name := range s.Files {
		b.program.Files[name] = b.files.contents[name]
	}
	for _, pattern := range s.Listings {
		b.program.Listings[pattern] = b.files.listings[pattern]
	}
	return s
}

// calls keeps the module's own functions that an expression calls, and what these refer to.
func (b *programBuilder) calls(expr hcl.Expression) {
	b.noEnvironment(expr)
	for _, f := range b.calledBy(expr) {
		b.noEnvironment(f.result)
		if _, kept := b.program.Calls[f.name]; kept {
			continue
		}
		for _, t := range f.variables() {
			b.note(f.result.Range(), t)
		}
		b.program.Calls[f.name] = Function{f.params, f.variadic, b.asText(f.result)}
	}
}

// asText takes an expression as text, with its place.
func (b *programBuilder) asText(expr hcl.Expression) Source {
	_, native := expr.(hclsyntax.Expression)
	rng := expr.Range()
	return Source{
		JSON: !native, Text: b.text(rng), Filename: filepath.Base(rng.Filename), Line: rng.Start.Line, Column: rng.Start.Column, Byte: rng.Start.Byte,
	}
}

// noEnvironment refuses what a run could not know: it may be on another machine.
func (b *programBuilder) noEnvironment(expr hcl.Expression) {
	called, _ := calls(expr)
	for _, c := range called {
		if c.Name == "env" {
			b.errorAt(c.NameRange, "Function out of scope", "A run does not know the environment of who started it, and env() gives sensitive values, which would be written to records. Use it in what starts a server.")
		}
	}
}

// vars takes what only one expression knows.
func (b *programBuilder) vars(at hcl.Range, own map[string]cty.Value) map[string]Typed {
	out := map[string]Typed{}
	for name, v := range own {
		if holdsReference(v) {
			b.errorAt(at, "Value can't be sent to a run", fmt.Sprintf("%q holds a reference to a block, and a run knows only plain values.", name))
			continue
		}
		if v.ContainsMarked() {
			b.errorAt(at, sensitiveHere, fmt.Sprintf("%q goes into the program of a run, which is written to records, and it holds a sensitive value.", name))
			continue
		}
		t, err := typed(v)
		if err != nil {
			b.errorAt(at, "Value can't be sent to a run", upper(err.Error())+".")
		}
		out[name] = t
	}
	return out
}

// note keeps the variable or local that a reference names, or all of them where it names none.
func (b *programBuilder) note(at hcl.Range, t hcl.Traversal) {
	root := t.RootName()
	if root != "var" && root != "local" {
		return
	}
	if b.used[root] == nil {
		b.used[root] = map[string]cty.Value{}
	}
	all, _, _ := b.scope.lookup(root)
	for _, name := range namesIn(t, all.Type().AttributeTypes()) {
		if _, noted := b.used[root][name]; noted {
			continue
		}
		v := all.GetAttr(name)
		if holdsReference(v) {
			b.errorAt(at, "Value can't be sent to a run", fmt.Sprintf("%s.%s holds a reference to a block, and a run knows only plain values. Keep references in a local of their own.", root, name))
			continue
		}
		if v.ContainsMarked() {
			b.errorAt(at, sensitiveHere, fmt.Sprintf("%s.%s goes into the program of a run, which is written to records, and it is sensitive. What may be known of it can be a local value of its own, with nonsensitive().", root, name))
			continue
		}
		b.used[root][name] = v
	}
}

// holdsReference says whether a reference to a block is in a value.
func holdsReference(v cty.Value) bool {
	found := false
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		found = found || v.Type().IsCapsuleType()
		return !found, nil
	})
	return found
}

func typed(v cty.Value) (Typed, error) {
	t, err := ctyjson.MarshalType(v.Type())
	if err != nil {
		return Typed{}, err
	}
	value, err := ctyjson.Marshal(v, v.Type())
	return Typed{t, value}, err
}

func (t Typed) value() (cty.Value, error) {
	typ, err := ctyjson.UnmarshalType(t.Type)
	if err != nil {
		return cty.NilVal, err
	}
	return ctyjson.Unmarshal(t.Value, typ)
}

// parseable gives the text in a form that can be parsed alone: a heredoc ends in a newline that its range leaves out.
func (s Source) parseable() []byte {
	if strings.HasPrefix(s.Text, "<<") {
		return []byte(s.Text + "\n")
	}
	return []byte(s.Text)
}

// parse reads the expression back, with the places that it had in the spec. Evaluating it counts for some work.
func (s Source) parse(w *work) (hcl.Expression, hcl.Diagnostics) {
	if s.JSON {
		return hcljson.ParseExpressionWithStartPos(s.parseable(), s.Filename, hcl.Pos{Line: s.Line, Column: s.Column, Byte: s.Byte})
	}
	expr, diags := hclsyntax.ParseExpression(s.parseable(), s.Filename, hcl.Pos{Line: s.Line, Column: s.Column, Byte: s.Byte})
	if !diags.HasErrors() {
		bounded(expr, w)
	}
	return expr, diags
}

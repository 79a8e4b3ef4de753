package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Workload is what one run does: steps, or prompts.
type Workload struct {
	Ref
	Ingests []*Ingest
	Steps   []*Step
	Prompts *Prompts     // nil: there are steps
	Load    *LoadProfile // nil: each prompt, or all steps, once
	SLO     *SLO         // nil: none
	Scores  []*Score
	Valid   []*Condition
	Range   hcl.Range

	broken bool // it has a mistake, so a score that seems to be missing may be there
}

// An Ingest is a corpus that is read before the first step.
type Ingest struct {
	Name     string
	Paths    []string // files found, relative to the module, sorted
	MaxBytes int64    // 0: the instrument's default
	Range    hcl.Range

	patterns []string
}

// A Step is one LLM call.
type Step struct {
	Name      string
	Prompt    Expr
	MaxTokens int // 0: the server's default
	Extract   []Named
	Range     hcl.Range
}

// A Named expression is one attribute of a free-form block.
type Named struct {
	Name string
	Expr Expr
}

// A Score is a metric of quality.
type Score struct {
	Name   string
	Value  Expr
	Better string // higher, lower, or "" where it was not said
	Range  hcl.Range
}

// A Condition is a rule with what is said when it is broken.
type Condition struct {
	Condition, Message Expr
	Range              hcl.Range
}

// ingestType is what ingest.NAME is to an expression.
var ingestType = cty.Object(map[string]cty.Type{
	"files": cty.Number, "bytes": cty.Number, "types": cty.Map(cty.Number), "names": cty.List(cty.String),
	"text": cty.String, "summary": cty.String,
})

// workloadDecoder carries what is known from block to block of a workload.
type workloadDecoder struct {
	*decoder
	out     *Workload
	places  map[string]hcl.Range // of its ingests, steps and scores, by address
	broken  bool                 // not all of them could be read
	ingests map[string]cty.Value
	steps   map[string]cty.Value
	scope   *scope
}

func (d *decoder) workload(b *block) {
	before := len(d.diags)
	v := d.read(b, workloadSchema, d.scope)
	w := &workloadDecoder{
		decoder: d, places: map[string]hcl.Range{}, broken: v.broken,
		ingests: map[string]cty.Value{}, steps: map[string]cty.Value{},
		out:   &Workload{Ref: b.ref(), Range: b.DefRange},
		scope: d.scope.without("a run knows only plain values: variables, local values, and what it has read and got as answers", slices.Collect(maps.Keys(refTypes))...),
	}
	w.scope.places = w.places
	for _, inner := range v.blocks.OfType("ingest") {
		if w.fresh(inner) {
			w.ingest(inner)
		}
	}
	steps := slices.DeleteFunc(v.blocks.OfType("step"), func(inner *block) bool { return !w.fresh(inner) })
	if len(steps) > maxSteps {
		d.errorAt(steps[maxSteps].DefRange, "Too many steps", fmt.Sprintf("A workload has at most %d steps. Make several workloads of them.", maxSteps))
		steps = steps[:maxSteps]
	}
	for i, inner := range steps {
		w.step(inner, steps[i:])
	}
	w.serving(v, steps)
	if len(steps) == 0 && w.out.Prompts == nil && !w.broken {
		d.errorAt(b.DefRange, "Nothing to do", "A workload needs at least one step block with a prompt, or a prompts block.")
	}
	after := w.inner(nil)
	for _, inner := range v.blocks.OfType("score") {
		if w.fresh(inner) {
			w.score(inner, after)
		}
	}
	for _, inner := range v.blocks.OfType("valid") {
		w.out.Valid = append(w.out.Valid, d.condition(inner, after))
	}
	w.out.broken = d.diags[before:].HasErrors() || d.isCut(b)
	d.module.Workloads = append(d.module.Workloads, w.out)
}

// serving decodes what makes a workload a benchmark of serving: calls of one form, under a load.
func (w *workloadDecoder) serving(v *values, steps blocks) {
	if b := v.one("prompts"); b != nil {
		w.out.Prompts = w.prompts(b)
		if len(steps) > 0 {
			w.errorAt(b.DefRange, "Conflicting arguments", fmt.Sprintf("A workload has either steps or prompts, and step %q is at %s. Take one of the two out, or make two workloads of them.", steps[0].Labels[0], at(steps[0].DefRange)))
		}
	}
	if b := v.one("load"); b != nil {
		w.out.Load = w.loadProfile(b)
		if len(steps) > 1 {
			w.errorAt(b.DefRange, "Load needs one call", fmt.Sprintf("A load repeats one call: that of a prompts block, or of the only step, and this workload has %d steps.", len(steps)))
		}
	}
	if b := v.one("slo"); b != nil {
		w.out.SLO = w.slo(b)
	}
}

// fresh checks the name of an inner block.
func (w *workloadDecoder) fresh(b *block) bool {
	name, address := b.Labels[0], b.Type+"."+b.Labels[0]
	if !w.validName(name, b.LabelRanges[0]) {
		w.broken = true
		return false
	}
	if first, taken := w.places[address]; taken {
		w.errorAt(b.LabelRanges[0], "Duplicate name", fmt.Sprintf("%s %q is at %s already. Give one of them another name.", b.Type, name, at(first)))
		return false
	}
	w.places[address] = b.DefRange
	return true
}

// inner gives the scope of an expression that knows the answers so far; coming are the steps that are made later.
func (w *workloadDecoder) inner(coming blocks) *scope {
	vars := map[string]cty.Value{"ingest": cty.ObjectVal(w.ingests), "step": cty.ObjectVal(w.steps)}
	if w.broken {
		vars = map[string]cty.Value{"ingest": cty.DynamicVal, "step": cty.DynamicVal}
	}
	sc := w.scope.with(vars)
	for _, b := range coming {
		sc.coming = append(sc.coming, b.Labels[0])
	}
	return sc
}

func (w *workloadDecoder) ingest(b *block) {
	v := w.read(b, ingestSchema, w.decoder.scope)
	out := &Ingest{Name: b.Labels[0], Range: b.DefRange}
	w.ingests[out.Name] = cty.UnknownVal(ingestType)
	w.out.Ingests = append(w.out.Ingests, out)
	v.size("max_bytes", &out.MaxBytes)
	v.strs("paths", &out.patterns)
	for i, p := range out.patterns {
		found, err := w.files.glob(p)
		if err != nil {
			w.errorAt(v.elementRange("paths", i), "Invalid value", upper(err.Error())+".")
			return
		}
		out.Paths = append(out.Paths, found...)
	}
	slices.Sort(out.Paths)
	out.Paths = slices.Compact(out.Paths)
	atLeast := 0
	v.whole("min_files", &atLeast)
	if len(out.Paths) < atLeast && len(out.patterns) > 0 {
		w.errorAt(v.rangeOf("paths"), "Missing files", fmt.Sprintf("%s, and min_files asks for %d. Paths are relative to the spec; ** crosses folders.", matches(len(out.Paths)), atLeast))
	}
}

func matches(n int) string {
	switch n {
	case 0:
		return "No file matches"
	case 1:
		return "1 file matches"
	}
	return fmt.Sprintf("%d files match", n)
}

// step decodes a step. coming are this step and those after it: their answers are not known to its prompt.
func (w *workloadDecoder) step(b *block, coming blocks) {
	v := w.read(b, stepSchema, w.decoder.scope)
	sc := w.inner(coming)
	out := &Step{Name: b.Labels[0], Prompt: v.typed(attr{name: "prompt", kind: kString, required: true, anyText: true}, sc), Range: b.DefRange}
	v.whole("max_tokens", &out.MaxTokens)
	extracted := map[string]cty.Value{}
	if block := v.one("extract"); block != nil {
		own := sc.with(map[string]cty.Value{"self": answer(cty.UnknownVal(cty.String), cty.UnknownVal(cty.Number), cty.EmptyObjectVal)})
		out.Extract = w.free(block, extractSchema, own, attr{kind: kExpr}, extracted)
	}
	w.out.Steps = append(w.out.Steps, out)
	known := cty.ObjectVal(extracted)
	if v.broken {
		known = cty.DynamicVal
	}
	w.steps[out.Name] = answer(cty.UnknownVal(cty.String), cty.UnknownVal(cty.Number), known)
}

// answer is what step.NAME and self are to an expression.
func answer(response, outputTokens, extracted cty.Value) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{"response": response, "output_tokens": outputTokens, "extract": extracted})
}

func (w *workloadDecoder) score(b *block, sc *scope) {
	v := w.read(b, scoreSchema, w.decoder.scope)
	out := &Score{Name: b.Labels[0], Value: v.typed(attr{name: "value", kind: kNumber, required: true}, sc), Range: b.DefRange}
	v.str("better", &out.Better)
	w.out.Scores = append(w.out.Scores, out)
}

// condition decodes a rule over what is known only later.
func (d *decoder) condition(b *block, sc *scope) *Condition {
	v := d.read(b, conditionSchema, sc)
	return &Condition{
		Condition: v.typed(attr{name: "condition", kind: kBool, required: true}, sc),
		Message:   v.typed(attr{name: "error_message", kind: kString, required: true}, sc),
		Range:     b.DefRange,
	}
}

// free decodes a block whose attributes are named by the user, in the order of the source. Each value must be of the kind of
// want; what is known of it now goes into types, where a mistake gives a value of any type.
func (d *decoder) free(b *block, s *schema, sc *scope, want attr, types map[string]cty.Value) []Named {
	sc = b.within(sc)
	var out []Named
	body := d.content(b, s, sc)
	for _, name := range body.unread {
		types[name] = cty.DynamicVal
	}
	for _, a := range inOrder(body.attrs) {
		want.name = a.Name
		val, diags := want.evaluate(a.Expr, sc)
		d.diags = append(d.diags, diags...)
		if diags.HasErrors() {
			types[a.Name] = cty.DynamicVal
			continue
		}
		types[a.Name] = cty.UnknownVal(val.Type())
		out = append(out, Named{Name: a.Name, Expr: Expr{expr: a.Expr, scope: sc}})
	}
	return out
}

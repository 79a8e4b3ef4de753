package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// mayVary is what of an experiment may differ from configuration to configuration.
const mayVary = "agent, server, target, workload, model and options, the options of paired baselines, its members, exclude and skip, until and contention"

// resultsUsableIn is where expressions may refer to the results of analyses and comparisons.
const resultsUsableIn = "checks and claims, the vars of reports, and the model and options of later experiments"

// usableIn says where the names of a narrower scope can be used.
var usableIn = map[string]string{
	"matrix":  "it belongs to an experiment: to its " + mayVary,
	"ingest":  "it belongs to a workload: to its prompts, extract, score and valid",
	"step":    "it belongs to a workload: to its prompts, extract, score and valid",
	"self":    "it belongs to the extract block of a step",
	"file":    "it belongs to a dataset: to its rows, baseline, started_at, factors, metrics and valid",
	"source":  "it belongs to a dataset: to its rows, baseline, started_at, factors, metrics and valid",
	"row":     "it belongs to a dataset: to its baseline, started_at, factors, metrics and valid",
	"var":     "it stands for the variables of a spec",
	"local":   "it stands for the local values of a spec",
	"each":    "it belongs to a block with for_each: to its body",
	"metrics": "it belongs to the sampling of an experiment: to until",
	"member":  "it belongs to an experiment with members: to contention",
	"solo":    "it belongs to an experiment with members: to contention",
}

// A referent is a sort of thing that can be referred to: what one is called, where its names are, and how many parts they have.
type referent struct {
	noun, where string
	parts       int
}

const inModule = "in this module"

var sorts = map[string]referent{
	"var":        {"variable", inModule, 1},
	"local":      {"local value", inModule, 1},
	"agent":      {"agent", inModule, 1},
	"server":     {"server", inModule, 2},
	"target":     {"target", inModule, 2},
	"workload":   {"workload", inModule, 1},
	"experiment": {"experiment", inModule, 1},
	"dataset":    {"dataset", inModule, 1},
	"analysis":   {"analysis", inModule, 1},
	"comparison": {"comparison", inModule, 1},
	"claim":      {"claim", inModule, 1},
	"matrix":     {"axis", "in the matrix", 1},
	"ingest":     {"ingest", "in this workload", 1},
	"step":       {"step", "in this workload", 1},
	"metrics":    {"metric", "in this experiment", 1},
	"member":     {"member", "in this experiment", 1},
	"solo":       {"member", "in this experiment", 1},
}

// check looks at every name in an expression, at every function, and at divisions.
func (s *scope) check(expr hcl.Expression) hcl.Diagnostics {
	var diags hcl.Diagnostics
	calls, forgiving := calls(expr)
	uses := s.outermost().uses
	for _, t := range expr.Variables() {
		if uses != nil {
			uses.noteReference(t)
			s.noteAxis(t)
		}
		inTry := slices.ContainsFunc(forgiving, func(r hcl.Range) bool { return r.ContainsPos(t.SourceRange().Start) })
		if d := s.checkTraversal(expr, t, inTry); d != nil {
			diags = append(diags, d)
		}
	}
	if len(diags) > 1 && isPath(expr) && !slices.ContainsFunc(diags, hasSuggestion) {
		d := diags[0]
		d.Subject, d.Detail = expr.Range().Ptr(), "Nothing here is called like that. A path is a text, which stands in quotes."
		diags = diags[:1]
	}
	for _, call := range calls {
		if d := s.checkCall(call); d != nil {
			diags = append(diags, d)
		} else if uses != nil {
			uses.note("function." + call.Name)
		}
	}
	return append(diags, divisionsByZero(expr)...)
}

// isPath says whether an expression is nothing but names with slashes between them.
func isPath(expr hcl.Expression) bool {
	switch e := expr.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return true
	case *hclsyntax.BinaryOpExpr:
		return e.Op == hclsyntax.OpDivide && isPath(e.LHS) && isPath(e.RHS)
	}
	return false
}

// hasSuggestion says whether something is called almost like what a diagnostic tells of.
func hasSuggestion(d *hcl.Diagnostic) bool {
	return d.Summary != "Unknown name" || strings.Contains(d.Detail, "Did you mean")
}

// checkTraversal follows a reference as far as its types are known. Inside try and can only the name of a block, a variable or
// a local has to be there.
func (s *scope) checkTraversal(expr hcl.Expression, t hcl.Traversal, inTry bool) *hcl.Diagnostic {
	root := t.RootName()
	value, why, ok := s.lookup(root)
	if !ok {
		return s.unknownRoot(expr, t, why)
	}
	path, secret := root, false
	for i, step := range t[1:] {
		secret = secret || value.IsMarked()
		name, ok := stepName(step)
		typ := value.Type()
		if ok && typ.IsCapsuleType() && !inTry {
			return s.noAttributes(expr, path, name, lastOf(step), typ.FriendlyName())
		}
		if !ok || !typ.IsObjectType() || inTry && i >= sorts[root].parts {
			return nil
		}
		if !typ.HasAttribute(name) && secret {
			rng := lastOf(step)
			return &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: "Unknown attribute", Subject: &rng, Context: contextOf(expr, rng),
				Detail: fmt.Sprintf("%s has no attribute %q. What it has is sensitive, so it is not shown.", path, name),
			}
		}
		if !typ.HasAttribute(name) {
			return s.unknownName(expr, path, name, lastOf(step), typ)
		}
		path += "." + name
		if value.IsNull() || !value.IsKnown() {
			value = cty.UnknownVal(typ.AttributeType(name))
		} else {
			value, _ = value.Unmark()
			value = value.GetAttr(name)
		}
	}
	return nil
}

// ofItself is what an experiment has that names none, by address as far as it is unknown, and how it is declared.
var ofItself = map[string]string{
	"agent." + builtinAgent:         `agent "` + builtinAgent + `" { builtin = "workflow" }`,
	"target.local":                  `target "local" "` + defaultTarget + `" {}`,
	"target.local." + defaultTarget: `target "local" "` + defaultTarget + `" {}`,
}

// otherwise says of blocks that can't be referred to by their type how they are, if they are.
var otherwise = map[string]string{
	"check":    "Checks have names for messages and reports, and can't be referred to. Name an analysis, a comparison or a claim.",
	"report":   "Reports have names for messages, and can't be referred to.",
	"variable": "A variable is referred to as var.NAME.",
	"locals":   "A local value is referred to as local.NAME.",
	"function": "A function is called by its name: NAME(…).",
}

func (s *scope) unknownRoot(expr hcl.Expression, t hcl.Traversal, why string) *hcl.Diagnostic {
	rng := t[0].SourceRange()
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unknown name", Subject: &rng, Context: contextOf(expr, rng)}
	if why != "" {
		d.Summary = "Name out of scope"
		d.Detail = fmt.Sprintf("%q can't be used here: %s.", t.RootName(), why)
		return d
	}
	if how, ok := otherwise[t.RootName()]; ok {
		d.Detail = how
		return d
	}
	if own := keywordFor(t.RootName()); own != "" {
		d.Detail = fmt.Sprintf("Nothing here is called %q. Did you mean %s?", t.RootName(), own)
		return d
	}
	if meant := s.withoutPrefix(t); meant != "" {
		d.Detail = fmt.Sprintf("Nothing here is called %q.%s", t.RootName(), meant)
		return d
	}
	d.Detail = fmt.Sprintf("Nothing here is called %q.%s %s", t.RootName(), didYouMean(t.RootName(), s.names(), ""), s.hint)
	return d
}

// unknownName tells of a name that the object at path does not have.
func (s *scope) unknownName(expr hcl.Expression, path, name string, rng hcl.Range, typ cty.Type) *hcl.Diagnostic {
	root, _, _ := strings.Cut(path, ".")
	sort, depth := sorts[root], strings.Count(path, ".")+1
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unknown attribute", Subject: &rng, Context: contextOf(expr, rng)}
	d.Detail = fmt.Sprintf("%s has no attribute %q.", path, name)
	if depth <= sort.parts {
		noun := sort.noun
		if depth < sort.parts {
			noun = "kind of " + noun
		}
		if depth == 2 {
			noun = strings.Split(path, ".")[1] + " " + noun
		}
		d.Summary = "Unknown " + sort.noun
		d.Detail = fmt.Sprintf("There is no %s %q %s.", noun, name, sort.where)
	}
	names := slices.Collect(maps.Keys(typ.AttributeTypes()))
	if len(names) > 0 && depth == sort.parts+1 && s.areInstances(path, typ) {
		for i := range names {
			names[i] = fmt.Sprintf("%s[%q]", path, names[i])
		}
		d.Summary = "Unknown instance"
		d.Detail = fmt.Sprintf("%s has for_each, and no instance of it has the key %q.%s", path, name, didYouMean(fmt.Sprintf("%s[%q]", path, name), names, ""))
		return d
	}
	if root == "step" && depth == 1 {
		if why := s.notYet(name, &names); why != "" {
			d.Summary, d.Detail = "Answer not known yet", why
			return d
		}
	}
	if len(names) == 0 && depth <= sort.parts {
		d.Detail = fmt.Sprintf("There is no %s %s, so none is called %q.", sort.noun, sort.where, name)
	}
	if declaration := ofItself[path+"."+name]; declaration != "" {
		d.Detail += " An experiment that names none has one all the same; to refer to it, declare it: " + declaration
		return d
	}
	if len(names) == 0 {
		return d
	}
	if depth == 2 && typ.HasAttribute("metrics") {
		if metrics := typ.AttributeType("metrics"); metrics.IsObjectType() && metrics.HasAttribute(name) {
			d.Detail += fmt.Sprintf(" Did you mean %s.metrics.%s?", path, name)
			return d
		}
	}
	suggestion := didYouMean(name, names, path+".")
	if place, ok := s.place(path + "." + nearest(name, names)); ok {
		suggestion = strings.TrimSuffix(suggestion, "?") + " (" + at(place) + ")?"
	}
	d.Detail += suggestion
	return d
}

// areInstances says whether the attributes of what stands at path are the instances of a block with for_each.
func (s *scope) areInstances(path string, typ cty.Type) bool {
	for _, t := range typ.AttributeTypes() {
		if t.IsCapsuleType() {
			return true
		}
	}
	root, _, _ := strings.Cut(path, ".")
	return slices.Contains(lateSorts, root) && !typ.HasAttribute("configurations")
}

// notYet says why the answer of a step of the workload is not known; "" where there is no such step. The steps that come are
// added to the names that may be meant.
func (s *scope) notYet(name string, names *[]string) string {
	for ; s != nil; s = s.parent {
		*names = append(*names, s.coming...)
		switch i := slices.Index(s.coming, name); {
		case i == 0:
			return fmt.Sprintf("step.%s is this step itself. In its extract block its answer is self.response.", name)
		case i > 0:
			place, _ := s.place("step." + name)
			return fmt.Sprintf("step.%s is at %s, and a step knows the answers of those above it. Change their order, or take the reference out.", name, at(place))
		}
	}
	return ""
}

// noAttributes tells of a name behind a reference to a block.
func (s *scope) noAttributes(expr hcl.Expression, path, name string, rng hcl.Range, block string) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unknown attribute", Subject: &rng, Context: contextOf(expr, rng)}
	d.Detail = fmt.Sprintf("%s is a reference to a block, and has no attribute %q.", path, name)
	sort, _, _ := strings.Cut(path, ".")
	if sort == "each" && slices.Contains(lateSorts, block) {
		d.Detail += fmt.Sprintf(" Its results are %s.NAME[each.key].%s, with the name of the %[1]s.", block, name)
	}
	if slices.Contains(lateSorts, sort) {
		d.Summary = "Name out of scope"
		d.Detail = fmt.Sprintf("%s stands for the block itself here, since its results are not known yet. They may be used in %s.", path, resultsUsableIn)
	}
	return d
}

func (s *scope) checkCall(call *hclsyntax.FunctionCallExpr) *hcl.Diagnostic {
	functions := s.functions()
	if _, known := functions[call.Name]; known {
		return nil
	}
	summary, detail := missingFunction(call.Name, slices.Collect(maps.Keys(functions)))
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: summary, Detail: detail,
		Subject: call.NameRange.Ptr(), Context: contextOf(call, call.NameRange),
	}
}

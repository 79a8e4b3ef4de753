package spec

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Report is a template, its inputs and its output.
type Report struct {
	Ref
	Template string
	Title    string
	Analyses []Ref
	Claims   []Ref
	Output   string // relative to the module

	Calibration string // file of `bench calibrate -json`, relative to the module; "" for none
	Formats     []string
	Vars        map[string]any // none where they depend on results
	LateVars    Expr           // an object of these; not set where they don't
	Range       hcl.Range

	TemplateRange, OutputRange, ClaimsRange, CalibrationRange hcl.Range

	VarRanges map[string]hcl.Range // of the name of each var; of all vars where it isn't written out
}

func (d *decoder) report(b *block) {
	v := d.read(b, reportSchema, d.scope)
	out := &Report{Ref: b.ref(), Range: b.DefRange}
	v.str("template", &out.Template)
	v.str("title", &out.Title)
	v.refs("analyses", &out.Analyses)
	v.refs("claims", &out.Claims)
	v.str("output", &out.Output)
	if v.str("calibration", &out.Calibration); out.Calibration != "" {
		d.moduleFile(v, "calibration", out.Calibration)
	}
	out.CalibrationRange = v.rangeOf("calibration")
	v.strs("formats", &out.Formats)
	for i, format := range out.Formats {
		if slices.Contains(out.Formats[:i], format) {
			d.errorAt(v.elementRange("formats", i), "Repeated value", fmt.Sprintf("%q is in the list already. Take one of them out.", format))
		}
	}
	v.scalars("vars", &out.Vars)
	out.LateVars = d.lateVars(v)
	out.VarRanges = varRanges(v, out.Vars)
	out.TemplateRange, out.OutputRange, out.ClaimsRange = v.rangeOf("template"), v.rangeOf("output"), v.rangeOf("claims")
	if out.Output != "" {
		if err := outputPath(out.Output); err != nil {
			d.errorAt(out.OutputRange, "Invalid value", upper(err.Error())+".")
		}
		if other := d.writers[path.Clean(out.Output)]; other != nil {
			d.errorAt(out.OutputRange, "Two reports, one file", fmt.Sprintf("Report %q (%s) writes %s as well. Give one of them another output.", other.ID(), at(other.Range), out.Output))
		} else {
			d.writers[path.Clean(out.Output)] = out
		}
	}
	d.module.Reports = append(d.module.Reports, out)
}

// lateVars gives the vars of a report unevaluated where they refer to results.
func (d *decoder) lateVars(v *values) Expr {
	a, ok := v.attrs["vars"]
	if !ok || d.resultsIn(a.Expr) == nil {
		return Expr{}
	}
	return Expr{expr: a.Expr, scope: v.block.within(d.late(d.scope, a.Expr))}
}

// varRanges finds the names of vars where they are written, and those that are only known with their values.
func varRanges(v *values, given map[string]any) map[string]hcl.Range {
	ranges := map[string]hcl.Range{}
	for name := range given {
		ranges[name] = v.rangeOf("vars")
	}
	a, ok := v.attrs["vars"]
	if !ok {
		return ranges
	}
	written, diags := hcl.ExprMap(a.Expr)
	if diags.HasErrors() {
		return ranges
	}
	for _, x := range written {
		name, diags := x.Key.Value(nil)
		if !diags.HasErrors() && isGiven(name) && name.Type() == cty.String {
			ranges[name.AsString()] = x.Key.Range()
		}
	}
	return ranges
}

// outputPath refuses a path that is no place for a report.
func outputPath(p string) error {
	clean := path.Clean(p)
	switch {
	case outside(p):
		return fmt.Errorf("%q lies outside the module's folder; a report is written beside the spec or below it", p)
	case path.Ext(clean) != ".md":
		return fmt.Errorf("%q does not end in .md: a report is written as markdown, and the other formats beside it", p)
	case strings.HasPrefix(clean, "runs/"):
		return fmt.Errorf("%q lies among the records; write reports to a folder of their own, as \"reports/report.md\"", p)
	}
	return nil
}

package spec

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// A Report is a template, its inputs and its output.
type Report struct {
	Ref
	Template string
	Title    string
	Analyses []Ref
	Claims   []Ref
	Output   string // relative to the module
	Formats  []string
	Vars     map[string]any // none where they depend on results
	LateVars Expr           // an object of these; not set where they don't
	Range    hcl.Range

	TemplateRange, OutputRange, ClaimsRange hcl.Range
}

func (d *decoder) report(b *block) {
	v := d.read(b, reportSchema, d.scope)
	out := &Report{Ref: b.ref(), Range: b.DefRange}
	v.str("template", &out.Template)
	v.str("title", &out.Title)
	v.refs("analyses", &out.Analyses)
	v.refs("claims", &out.Claims)
	v.str("output", &out.Output)
	v.strs("formats", &out.Formats)
	v.scalars("vars", &out.Vars)
	out.LateVars = d.lateVars(v)
	out.TemplateRange, out.OutputRange, out.ClaimsRange = v.rangeOf("template"), v.rangeOf("output"), v.rangeOf("claims")
	if out.Output != "" {
		if err := outputPath(out.Output); err != nil {
			d.errorAt(out.OutputRange, "Invalid value", upper(err.Error())+".")
		}
	}
	for _, other := range d.module.Reports {
		if out.Output != "" && path.Clean(other.Output) == path.Clean(out.Output) {
			d.errorAt(out.OutputRange, "Two reports, one file", fmt.Sprintf("Report %q (%s) writes %s as well. Give one of them another output.", other.ID(), at(other.Range), out.Output))
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

// files gives what is written, relative to the module.
func (r *Report) files() []string {
	clean := path.Clean(r.Output)
	all := []string{clean}
	if slices.Contains(r.Formats, "html") {
		all = append(all, strings.TrimSuffix(clean, ".md")+".html")
	}
	return all
}

// overwrites refuses reports that would take the place of a file which the spec reads. A pattern counts even where it finds
// nothing yet: it would find the report the next time, and the inputs would have changed.
func (d *decoder) overwrites() {
	for _, r := range d.module.Reports {
		if outputPath(r.Output) != nil {
			continue // told already
		}
		for _, file := range r.files() {
			if reader := d.readerOf(file); reader != "" {
				d.errorAt(r.OutputRange, "Report over an input", fmt.Sprintf("The report would be written to %q, and %s. Write it where nothing is read.", file, reader))
				break
			}
		}
	}
}

// readerOf says who reads a file of the module, or would if it were there; "" where nobody does.
func (d *decoder) readerOf(file string) string {
	written, _ := d.files.root.Stat(file) // nil where it isn't there
	is := func(read string) bool {
		if path.Clean(read) == file {
			return true
		}
		if written == nil {
			return false
		}
		info, err := d.files.root.Stat(read)
		return err == nil && os.SameFile(info, written)
	}
	finds := func(pattern string) bool {
		return matchPath(strings.Split(path.Clean(pattern), "/"), strings.Split(file, "/"), false)
	}
	m := d.module
	if slices.ContainsFunc(m.Sources, func(s string) bool { return is(filepath.Base(s)) }) {
		return "that is a file of the spec"
	}
	for _, w := range m.Workloads {
		for _, i := range w.Ingests {
			if slices.ContainsFunc(i.patterns, finds) || slices.ContainsFunc(i.Paths, is) {
				return fmt.Sprintf("ingest %q of %s reads that (%s)", i.Name, w.Address(), at(i.Range))
			}
		}
		if l := w.Load; l != nil && l.Trace != "" && is(l.Trace) {
			return fmt.Sprintf("the load of %s is read from that (%s)", w.Address(), at(l.Range))
		}
	}
	for _, s := range m.Datasets {
		if finds(s.Path) || slices.ContainsFunc(s.Paths, is) {
			return fmt.Sprintf("%s reads that (%s)", s.Address(), at(s.Range))
		}
	}
	for _, r := range m.Reports {
		if is(r.Template) {
			return fmt.Sprintf("that is the template of report %q (%s)", r.ID(), at(r.Range))
		}
	}
	for name := range d.files.contents {
		if is(name) {
			return "a function of the spec reads that, as file() or templatefile()"
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(d.files.listings)) {
		if finds(pattern) {
			return fmt.Sprintf("fileset(%q) lists that", pattern)
		}
	}
	return ""
}

package spec

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Bare gives a module without a spec: the functions of the language, over the files of a folder.
func Bare(dir string, opts Options) (*Module, hcl.Diagnostics) {
	d := newDecoder(opts)
	d.module.Dir = filepath.Clean(dir)
	d.decode(hcl.EmptyBody())
	isWarning := func(diag *hcl.Diagnostic) bool { return diag.Severity == hcl.DiagWarning } // of the experiment that is missing
	return d.module, slices.DeleteFunc(tidy(d.diags), isWarning)
}

// HasSpec says whether a folder has a file that Load would read.
func HasSpec(dir string) bool { return len(specsIn(dir)) > 0 }

// Evaluate gives the value of an expression that may use whatever a local value may. The module has to be without mistakes.
// Diagnostics point into the text as if it began at the given line of a file of that name.
func (m *Module) Evaluate(text, filename string, line int) (cty.Value, hcl.Diagnostics) {
	m.evaluating.Lock()
	defer m.evaluating.Unlock()
	if m.scope == nil {
		return cty.DynamicVal, hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "No module", Detail: "The spec has mistakes: nothing can be evaluated in it."}}
	}
	expr, diags := parseTyped(text, filename, line)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	bounded(expr, m.scope.outermost().work)
	v, diags := m.scope.value(expr)
	diags = tidy(diags)
	for name, file := range m.files.templates {
		m.Files[name] = file // where a mistake may lie
	}
	if detail := tooLarge(v); detail != "" && !diags.HasErrors() {
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Value too large", Detail: detail, Subject: expr.Range().Ptr()})
	}
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return v, diags
}

// parseTyped reads an expression that somebody typed, with what Load asks of a file.
func parseTyped(text, filename string, line int) (hclsyntax.Expression, hcl.Diagnostics) {
	src := []byte(text + "\n") // which a heredoc has to end in
	if len(src) > MaxExpression {
		begin := hcl.Pos{Line: line, Column: 1, Byte: line - 1}
		return nil, hcl.Diagnostics{{
			Severity: hcl.DiagError, Summary: "Expression too long", Subject: &hcl.Range{Filename: filename, Start: begin, End: begin},
			Detail: fmt.Sprintf("An expression has at most %d MiB here. Keep data in files of their own and read them with file().", MaxExpression>>20),
		}}
	}
	return asExpression.read(filename, src, line)
}

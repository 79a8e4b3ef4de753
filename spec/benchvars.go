package spec

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// How files of values are called. Those beside the spec whose name ends in autoEnding are read by themselves, autoFile first.
const (
	varsEnding     = ".benchvars"
	varsJSONEnding = varsEnding + ".json"
	autoEnding     = ".auto" + varsEnding
	autoFile       = "bench" + autoEnding
)

// autoFiles lists the files of values that are read by themselves, each before those that take precedence over it.
func (d *decoder) autoFiles() []string {
	entries, _ := os.ReadDir(d.module.Dir)
	var names []string
	for _, e := range entries {
		if bare := strings.TrimSuffix(e.Name(), ".json"); !e.IsDir() && !hidden(bare) && strings.HasSuffix(bare, autoEnding) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		isOther := func(name string) int {
			if strings.TrimSuffix(name, ".json") == autoFile {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(isOther(a), isOther(b)), cmp.Compare(a, b))
	})
	for i, name := range names {
		names[i] = filepath.Join(d.module.Dir, name)
	}
	return names
}

// assignmentsIn reads a file of values, and warns of those that no variable takes.
func (d *decoder) assignmentsIn(name string, declared map[string]*variable) map[string]assignment {
	given := map[string]assignment{}
	attrs, ok := d.valuesIn(name, declared)
	d.unread = d.unread || !ok
	for _, a := range inOrder(attrs) {
		switch {
		case declared[a.Name] != nil:
			given[a.Name] = assignment{attr: a}
		case !d.loose["var"] && !d.enough():
			names := slices.Collect(maps.Keys(declared))
			d.warn(&a.NameRange, "Value for an unknown variable", fmt.Sprintf("The spec has no variable %q, so this value is not used.%s", a.Name, didYouMean(a.Name, names, "")))
		}
	}
	return given
}

// valuesIn gives the attributes of a file of values, and says whether these are all. Its source is kept for diagnostics, but for the
// values of which it isn't known that they may be shown.
func (d *decoder) valuesIn(name string, declared map[string]*variable) (attrs hcl.Attributes, ok bool) {
	src, err := readFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.fail("No such file", fmt.Sprintf("There is no file of values %q.%s", name, nearbyValues(name)))
	case err != nil:
		d.diags = append(d.diags, unreadable(err))
	}
	if err != nil {
		return nil, false
	}
	secrets := false
	for _, v := range declared {
		secrets = secrets || v.secret
	}
	file, diags := parseFile(name, src)
	if diags.HasErrors() {
		if secrets {
			diags = untold(diags, src, declared)
		} else {
			d.module.Files[name] = &hcl.File{Bytes: src}
		}
		d.diags = append(d.diags, diags...)
		return nil, false
	}
	attrs, diags = file.Body.JustAttributes()
	for _, diag := range diags {
		if _, native := file.Body.(*hclsyntax.Body); native {
			diag.Summary, diag.Detail = "Block among values", "A file of values holds lines of the form NAME = VALUE alone. Blocks belong into a spec."
		}
	}
	d.diags = append(d.diags, diags[:min(len(diags), maxMistakes)]...)
	shown := bytes.Clone(src)
	for _, a := range attrs {
		if v := declared[a.Name]; v == nil && secrets || v != nil && v.secret {
			blank(shown, a.Expr.Range())
		}
	}
	d.module.Files[name] = &hcl.File{Bytes: shown}
	return attrs, !diags.HasErrors()
}

// nearbyValues suggests a file of values in the folder of one that is not there.
func nearbyValues(name string) string {
	entries, _ := os.ReadDir(filepath.Dir(name))
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), varsEnding) || strings.HasSuffix(e.Name(), varsJSONEnding) {
			names = append(names, e.Name())
		}
	}
	return didYouMean(filepath.Base(name), names, "")
}

// untold takes off diagnostics of syntax what they quote, which may be a piece of a sensitive value, and leaves the place, the remedy and
// the names of variables.
func untold(diags hcl.Diagnostics, src []byte, declared map[string]*variable) hcl.Diagnostics {
	for _, d := range diags {
		remedy := remedies[d.Summary]
		if d.Extra == (fixedWords{}) || d.Summary == redefined && declared[string(d.Subject.SliceBytes(src))] != nil {
			remedy = d.Detail
		}
		d.Detail = strings.TrimSpace(fmt.Sprintf("The file may give sensitive values, so what stands here, at column %d, is not shown. %s", d.Subject.Start.Column, remedy))
	}
	return diags
}

// blank makes what stands at a place invisible, and leaves every other byte where it is.
func blank(src []byte, at hcl.Range) {
	if !at.CanSliceBytes(src) {
		return
	}
	for i := at.Start.Byte; i < at.End.Byte; i++ {
		if src[i] != '\n' {
			src[i] = ' '
		}
	}
}

// literal gives the value of an attribute in a file of values.
func (d *decoder) literal(v *variable, a *hcl.Attribute) (cty.Value, bool) {
	v.from = a.Expr.Range()
	if v.secret {
		v.from = a.NameRange
	}
	diags := notLiteral(a.Expr)
	if diags.HasErrors() {
		for _, diag := range diags {
			if v.secret {
				diag.Subject = &v.from
			}
		}
		d.diags = append(d.diags, diags...)
		return cty.NilVal, false
	}
	val, diags := a.Expr.Value(nil)
	switch {
	case !diags.HasErrors():
		return val, true
	case v.secret:
		d.errorAt(v.from, "Wrong value for variable", fmt.Sprintf("The value of %q can't be evaluated. It is sensitive, so it is not shown.", v.name))
	default:
		d.diags = append(d.diags, newScope(nil, nil, nil).tell(a.Expr, diags)...)
	}
	return cty.NilVal, false
}

// notLiteral finds in an expression what needs more than itself to have a value, and what repeats.
func notLiteral(expr hcl.Expression) hcl.Diagnostics {
	native, ok := expr.(hclsyntax.Expression)
	if !ok {
		return nil // JSON
	}
	var diags hcl.Diagnostics
	_ = hclsyntax.VisitAll(native, func(n hclsyntax.Node) hcl.Diagnostics {
		detail := ""
		if last := len(diags) - 1; len(diags) == maxMistakes || last >= 0 && diags[last].Subject.ContainsPos(n.Range().Start) {
			return nil
		}
		switch n.(type) {
		case *hclsyntax.ScopeTraversalExpr:
			detail = "a reference can't stand here. If a text was meant, put it in quotes."
		case *hclsyntax.FunctionCallExpr:
			detail = "a function can't be called here. Write what it gives, or call it in a local value of the spec."
		case *hclsyntax.ForExpr:
			detail = "\"for\" can't stand here. Write out what it gives, or use it in a local value of the spec."
		default:
			return nil
		}
		diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Not a literal value", Detail: "What is given is taken as it stands: " + detail, Subject: n.Range().Ptr()})
		return nil
	})
	return diags
}

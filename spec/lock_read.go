package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// lock reads the lock that lies beside the spec, where there is one.
func (d *decoder) lock() {
	name := filepath.Join(d.module.Dir, LockFile)
	src, err := readFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		d.diags = append(d.diags, unreadable(err))
		return
	}
	d.module.Files[name] = &hcl.File{Bytes: src}
	lock, diags := ParseLock(src, name)
	d.module.Lock, d.diags = lock, append(d.diags, diags...)
}

// lockRemedy is what to do about a lock that can't be read.
const lockRemedy = "bench writes this file: take it from git once more, or delete it and `bench apply -refresh` writes it anew."

// ParseLock reads a lock. Where there are mistakes there are diagnostics alone.
func ParseLock(src []byte, filename string) (*Lock, hcl.Diagnostics) {
	file, diags := parseHCL(filename, src)
	if diags.HasErrors() {
		for _, d := range diags {
			d.Detail += " " + lockRemedy
		}
		return nil, diags
	}
	r := &lockReader{lock: &Lock{}, places: map[Fact]hcl.Range{}}
	r.body(file.Body.(*hclsyntax.Body), lockBody{blocks: lockBlocks}, Fact{})
	if r.diags.HasErrors() {
		return nil, tidy(r.diags[:min(len(r.diags), maxMistakes)])
	}
	return r.lock, nil
}

// A lockBody is what may stand in a body of a lock: one text, and blocks.
type lockBody struct {
	labels    []string // of its block
	attribute string
	required  bool
	blocks    map[string]lockBody
}

var lockBlocks = map[string]lockBody{
	"agent":   {labels: []string{"NAME"}, attribute: "digest", required: true},
	"dataset": {labels: []string{"NAME"}, attribute: "digest", required: true},
	"server": {labels: []string{"KIND", "NAME"}, attribute: "version", blocks: map[string]lockBody{
		"model": {labels: []string{"NAME"}, attribute: "digest", required: true},
	}},
}

// A lockReader takes the facts out of a syntax tree. It evaluates nothing: a value is a text in quotes.
type lockReader struct {
	lock   *Lock
	places map[Fact]hcl.Range // where each fact is told; of a server, its block
	diags  hcl.Diagnostics
}

func (r *lockReader) fail(at hcl.Range, summary, format string, args ...any) {
	r.diags = append(r.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Subject: &at, Detail: fmt.Sprintf(format, args...)})
}

// body reads what is told of a fact, and the blocks inside.
func (r *lockReader) body(b *hclsyntax.Body, want lockBody, f Fact) {
	for _, a := range b.Attributes {
		switch {
		case want.attribute == "":
			r.fail(a.NameRange, "Unsupported argument", "There is no argument %q here: a lock is made of blocks. %s", a.Name, lockRemedy)
		case a.Name != want.attribute:
			r.fail(a.NameRange, "Unsupported argument", "There is no argument %q here.%s", a.Name, didYouMean(a.Name, []string{want.attribute}, ""))
		default:
			r.value(a, f)
		}
	}
	for _, inner := range b.Blocks {
		body, ok := want.blocks[inner.Type]
		if !ok {
			r.fail(inner.TypeRange, "Unsupported block type", "There is no block %q here.%s", inner.Type, didYouMean(inner.Type, slices.Collect(maps.Keys(want.blocks)), ""))
			continue
		}
		r.block(inner, body, f)
	}
}

// block reads a block, which has the labels that it must have and, at the top of the file, that of an instance's key.
func (r *lockReader) block(b *hclsyntax.Block, want lockBody, outer Fact) {
	labels := make([]string, len(b.Labels))
	for i, label := range b.Labels {
		labels[i] = cty.NormalizeString(label)
	}
	keyed := outer == Fact{} && len(labels) == len(want.labels)+1
	if len(labels) != len(want.labels) && !keyed || slices.Contains(labels, "") {
		at := b.TypeRange
		if n := len(b.LabelRanges); n > len(want.labels) {
			at = b.LabelRanges[n-1]
		}
		r.fail(at, "Wrong labels", "Write it as %s \"%s\" { … }; no label is empty.", b.Type, strings.Join(want.labels, `" "`))
		return
	}
	f := outer
	if outer != (Fact{}) {
		f.Model = labels[0]
	} else {
		f.Of = Ref{Block: b.Type, Name: labels[len(want.labels)-1]}
		if len(want.labels) == 2 {
			f.Of.Kind = labels[0]
		}
		if keyed {
			f.Of.Key = labels[len(labels)-1]
		}
	}
	if first, taken := r.places[f]; taken {
		r.fail(b.DefRange(), "Duplicate entry", "This is told at %s already. %s", at(first), lockRemedy)
		return
	}
	r.places[f] = b.DefRange()
	if _, given := b.Body.Attributes[want.attribute]; want.required && !given {
		r.fail(b.DefRange(), "Missing argument", "%q is required. %s", want.attribute, lockRemedy)
	}
	r.body(b.Body, want, f)
}

// value reads the value of a fact.
func (r *lockReader) value(a *hclsyntax.Attribute, f Fact) {
	text, ok := literal(a.Expr)
	switch {
	case !ok:
		r.fail(a.Expr.Range(), "Wrong type", "%q is a text in quotes, and nothing in a lock is computed. %s", a.Name, lockRemedy)
	case r.lock.Set(f, text):
	case a.Name == "version":
		r.fail(a.Expr.Range(), "Invalid value", "A version is not empty. Where it isn't known, take the line out.")
	case f.Of.Block == "agent":
		r.fail(a.Expr.Range(), "Not a digest", `That of an agent is "builtin NAME, instrument N", or "sha256:" and 64 hexadecimal digits in lower case. %s`, lockRemedy)
	default:
		r.fail(a.Expr.Range(), "Not a digest", `A digest is "sha256:" and 64 hexadecimal digits in lower case. %s`, lockRemedy)
	}
}

// literal gives the text in quotes that an expression is.
func literal(expr hclsyntax.Expression) (string, bool) {
	t, ok := expr.(*hclsyntax.TemplateExpr)
	if !ok || len(t.Parts) > 1 {
		return "", false
	}
	if len(t.Parts) == 0 {
		return "", true
	}
	l, ok := t.Parts[0].(*hclsyntax.LiteralValueExpr)
	if !ok || l.Val.Type() != cty.String {
		return "", false
	}
	return l.Val.AsString(), true
}

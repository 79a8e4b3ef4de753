package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A content is the body of a block, taken apart.
type content struct {
	attrs  hcl.Attributes
	blocks blocks
	unread []string // names of what does not belong there, or could not be read; told already
}

// content splits a body into attributes and blocks, with what its dynamic blocks stand for in their places.
func (d *decoder) content(b *block, s *schema, sc *scope) content {
	want := s.hcl()
	if s.free != "" {
		for _, name := range attributeNames(b.Body, s) {
			want.Attributes = append(want.Attributes, hcl.AttributeSchema{Name: name})
		}
	}
	got, diags := b.Body.Content(want)
	out := content{attrs: got.Attributes, unread: d.cutFrom(b)}
	for _, diag := range diags {
		name := d.text(*diag.Subject)
		switch diag.Summary {
		case "Unsupported argument", "Unsupported block type", "Extraneous JSON object property": // HCL's own words
			unexpected(diag, strings.Trim(name, `"`), s, got)
			out.unread = append(out.unread, namesInStatements(b.Body, name)...)
		default:
			name = wrongLabels(diag, s)
		}
		out.unread = append(out.unread, name)
		d.diags = append(d.diags, diag)
	}
	for _, inner := range got.Blocks {
		if inner.Type == dynamicBlock {
			made, ok := d.dynamic(inner, b, s, sc)
			if out.blocks = append(out.blocks, made...); !ok {
				out.unread = append(out.unread, inner.Labels[0])
			}
			continue
		}
		out.blocks = append(out.blocks, &block{Block: inner, vars: b.vars})
	}
	d.unique(s, out.blocks)
	return out
}

// wrongLabels says how the block is written whose header has too many labels or too few, and gives its name.
func wrongLabels(diag *hcl.Diagnostic, s *schema) string {
	for _, n := range s.blocks {
		if !strings.HasSuffix(diag.Summary, " for "+n.name) { // HCL's "Missing name for server", "Extraneous label for server"
			continue
		}
		diag.Summary, diag.Detail = "Wrong labels", fmt.Sprintf("Write it as %s.", n.written())
		return n.name
	}
	return ""
}

// written shows how the block is written.
func (n nested) written() string {
	header := n.name
	for _, label := range n.labels {
		header += fmt.Sprintf(" %q", strings.ToUpper(label))
	}
	return header + " { … }"
}

// unexpected says what to do about something that does not belong into a body.
func unexpected(diag *hcl.Diagnostic, name string, s *schema, content *hcl.BodyContent) {
	if diag.Summary == "Unsupported block type" && statements[name] != "" {
		*diag = *notAStatement(name, *diag.Subject)
		return
	}
	if confused := confusion(diag, name, s); confused != "" {
		diag.Detail = confused
		return
	}
	var free []string
	for _, n := range s.names() {
		if _, taken := content.Attributes[n]; !taken {
			free = append(free, n)
		}
	}
	what := "argument"
	if diag.Summary == "Unsupported block type" {
		what = "block"
	}
	diag.Detail = fmt.Sprintf("There is no %s %q here.%s", what, name, didYouMean(name, free, ""))
}

// unique reports a block that may stand once and stands twice.
func (d *decoder) unique(s *schema, all blocks) {
	for _, n := range s.blocks {
		same := all.OfType(n.name)
		if !n.unique || len(same) < 2 {
			continue
		}
		for _, b := range same[1:] {
			if b.DefRange == same[0].DefRange {
				d.errorAt(b.DefRange, "Duplicate block", fmt.Sprintf("%q may stand here once, and this makes one of each element. Let for_each have one at most.", n.name))
				continue
			}
			d.errorAt(b.DefRange, "Duplicate block", fmt.Sprintf("%q may stand here once, and it is at %s already.", n.name, at(same[0].DefRange)))
		}
	}
}

// text gives the source at a place.
func (d *decoder) text(rng hcl.Range) string {
	if f := d.module.Files[rng.Filename]; f != nil && rng.CanSliceBytes(f.Bytes) {
		return string(rng.SliceBytes(f.Bytes))
	}
	return ""
}

// attributeNames lists what a body with names of the user's own has as attributes. In JSON a block looks like one.
func attributeNames(body hcl.Body, s *schema) []string {
	_, native := body.(*hclsyntax.Body)
	attrs, _ := body.JustAttributes() // that there are blocks as well is no mistake here
	var names []string
	for name := range attrs {
		isBlock := name == dynamicBlock || slices.ContainsFunc(s.blocks, func(n nested) bool { return n.name == name })
		if native || !isBlock {
			names = append(names, name)
		}
	}
	return names
}

// inOrder gives attributes in the order of the source.
func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	list := make([]*hcl.Attribute, 0, len(attrs))
	for _, a := range attrs {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *hcl.Attribute) int { return a.NameRange.Start.Byte - b.NameRange.Start.Byte })
	return list
}

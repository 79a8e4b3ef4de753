package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// confusion says how that is written which is a block and stands as an argument, or the other way round.
func confusion(diag *hcl.Diagnostic, name string, s *schema) string {
	if i := slices.IndexFunc(s.blocks, func(n nested) bool { return n.name == name }); i >= 0 && diag.Summary == "Unsupported argument" {
		return fmt.Sprintf("%q is a block: take the = out, and write %s.", name, s.blocks[i].written())
	}
	if a, isAttribute := s.attr(name); isAttribute && diag.Summary == "Unsupported block type" {
		return a.written()
	}
	return ""
}

// written says how the argument is written.
func (a attr) written() string {
	value := "VALUE"
	switch a.kind {
	case kScalars:
		value = "{ … }"
	case kStrings, kRefs:
		value = "[ … ]"
	}
	return fmt.Sprintf("%q is an argument: write %s = %s.", a.name, a.name, value)
}

// argument finds an argument of some block, unless there are blocks of its name as well.
func (s *schema) argument(name string) (found attr, ok bool) {
	var look func(s *schema) bool // says whether there is a block of that name
	look = func(s *schema) bool {
		if a, is := s.attr(name); is {
			found, ok = a, true
		}
		for _, n := range s.blocks {
			bodies := slices.Collect(maps.Values(n.kinds))
			if n.body != nil {
				bodies = append(bodies, n.body)
			}
			if n.name == name || slices.ContainsFunc(bodies, look) {
				return true
			}
		}
		return false
	}
	isBlock := look(s)
	return found, ok && !isBlock
}

// headless says of a line that is nothing but a header how the argument is written that was meant.
func (s *salvaging) headless(it *fragment, diags hcl.Diagnostics) hcl.Diagnostics {
	a, isArgument := rootSchema.argument(it.name)
	if len(diags) == 0 || it.isBlock || !isArgument {
		return diags
	}
	return hcl.Diagnostics{{Severity: hcl.DiagError, Summary: "Missing =", Subject: s.word(it), Detail: a.written()}}
}

// word is the place of the first word of a fragment.
func (s *salvaging) word(it *fragment) *hcl.Range {
	n := len(it.name)
	return &hcl.Range{Filename: s.name, Start: it.start, End: hcl.Pos{Line: it.start.Line, Column: it.start.Column + n, Byte: it.start.Byte + n}}
}

package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// What HCL says of an element that isn't there, in a value that is known only while the expression is evaluated.
var (
	noAttribute = pattern(`^This object does not have an attribute named "([^"]+)"\.$`)
	noElement   = pattern(`^The given key does not identify an element in this collection value`)
)

// missingElement completes what HCL says of an element that isn't there by those that are. Other diagnostics stay as they are.
func missingElement(d *hcl.Diagnostic) {
	name := noAttribute().FindStringSubmatch(d.Detail)
	if name == nil && !noElement().MatchString(d.Detail) {
		return
	}
	within, key := looked(d)
	if within == cty.NilVal || within.IsMarked() {
		return
	}
	switch t := within.Type(); {
	case name != nil && t.IsObjectType():
		d.Detail += didYouMean(name[1], attributesOf(t), "")
	case !within.IsKnown() || within.IsNull():
	case isSequence(t):
		d.Detail = fmt.Sprintf("There is no such element: %s.", numbered(within.LengthInt()))
	case t.IsObjectType() || t.IsMapType():
		if key = unmarked(key); isGiven(key) && key.Type() == cty.String {
			d.Detail = fmt.Sprintf("There is no element %q.%s", abridged(key.AsString()), didYouMean(key.AsString(), keysOf(within), ""))
		}
	}
}

func numbered(n int) string {
	switch n {
	case 0:
		return "the list is empty"
	case 1:
		return "the list has one element, number 0"
	}
	return fmt.Sprintf("the list has %d elements, numbered 0 to %d", n, n-1)
}

func keysOf(v cty.Value) []string { return slices.Collect(maps.Keys(v.AsValueMap())) }

// looked gives the value in which an expression has looked for an element, and its key; cty.NilVal where that can't be told.
func looked(d *hcl.Diagnostic) (within, key cty.Value) {
	switch e := d.Expression.(type) {
	case *hclsyntax.IndexExpr:
		within, diags := e.Collection.Value(d.EvalContext)
		key, more := e.Key.Value(d.EvalContext)
		if !diags.HasErrors() && !more.HasErrors() {
			return within, key
		}
	case *hclsyntax.RelativeTraversalExpr:
		source, diags := e.Source.Value(d.EvalContext)
		if !diags.HasErrors() {
			return follow(source, e.Traversal, d)
		}
	case *hclsyntax.ScopeTraversalExpr:
		source, diags := e.Traversal[:1].TraverseAbs(d.EvalContext)
		if !diags.HasErrors() {
			return follow(source, e.Traversal[1:], d)
		}
	}
	return cty.NilVal, cty.NilVal
}

// follow goes along the steps of a reference, up to the one that a diagnostic points at.
func follow(v cty.Value, steps hcl.Traversal, d *hcl.Diagnostic) (within, key cty.Value) {
	for _, step := range steps {
		if step.SourceRange() == *d.Subject {
			if index, ok := step.(hcl.TraverseIndex); ok {
				return v, index.Key
			}
			return v, cty.NullVal(cty.String)
		}
		next, diags := step.TraversalStep(v)
		if diags.HasErrors() {
			break
		}
		v = next
	}
	return cty.NilVal, cty.NilVal
}

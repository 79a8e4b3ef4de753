package spec

import (
	"fmt"
	"math"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A kind is the type of an attribute: what it is converted to, and what is checked, when it is decoded.
type kind int

const (
	kString       kind = iota
	kWhole             // whole number
	kNumber            // any number
	kBool              //
	kStrings           // list of strings
	kDuration          // "5m" → time.Duration
	kSize              // "1MiB" → bytes
	kPercent           // "1%" → fraction of 1
	kDistribution      // "normal(512, 64)" or a number → Distribution
	kScalars           // object of numbers, strings, bools and lists of them; nulls are dropped
	kRef               // a reference to a block
	kRefs              // a list of references
	kExpr              // kept unevaluated
)

// An attr is one attribute of a block: the decoder, its checks and the language reference are made from it.
type attr struct {
	name     string
	kind     kind
	doc      string
	required bool
	def      any      // value where it is left out, as scalar gives it; nil: none
	refs     []string // blocks that a kRef or kRefs may name
	oneOf    []string // allowed values of a kString or kStrings
	anyText  bool     // a kString may hold what can't be seen
	bounds   *bounds  // of a number, a duration (s), a size (bytes) or a percentage (fraction)
	varies   bool     // may refer to matrix.*: its value is known for each configuration
	late     bool     // may refer to the results of analyses and comparisons: its value is known after these
	secret   bool     // may be sensitive: it is kept in a form that nothing shows
}

// bounds are those of a quantity.
type bounds struct {
	min, max  float64
	exclusive bool // min itself is out
}

func between(from, to float64) *bounds { return &bounds{min: from, max: to} }
func moreThan(n float64) *bounds       { return &bounds{min: n, max: math.Inf(1), exclusive: true} }
func atLeast(n float64) *bounds        { return &bounds{min: n, max: math.Inf(1)} }

func (l *bounds) hold(n float64) bool {
	return l == nil || n <= l.max && (n > l.min || n == l.min && !l.exclusive)
}

// text completes "must be …", in a unit of which scale make the one that the bounds are in.
func (l *bounds) text(scale float64, unit string) string {
	from, to := trimFloat(l.min*scale)+unit, trimFloat(l.max*scale)+unit
	switch {
	case !math.IsInf(l.max, 1):
		return fmt.Sprintf("between %s and %s", from, to)
	case l.exclusive:
		return "more than " + from
	}
	return from + " or more"
}

func trimFloat(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e16 {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%v", f)
}

// A nested is a kind of block inside a block.
type nested struct {
	name   string
	labels []string
	unique bool
	doc    string
	body   *schema
	kinds  map[string]*schema // body by the first label, where that is a kind
}

// A schema describes the body of a block.
type schema struct {
	attrs  []attr
	blocks []nested
	free   string // what an attribute with a name of the user's own is; "" where there are none
}

func (s *schema) attr(name string) (attr, bool) {
	for _, a := range s.attrs {
		if a.name == name {
			return a, true
		}
	}
	return attr{}, false
}

// block gives the body of the blocks of a kind.
func (s *schema) block(name string) (*schema, bool) {
	for _, n := range s.blocks {
		if n.name == name {
			return n.body, true
		}
	}
	return nil, false
}

// names lists what may stand in the body.
func (s *schema) names() []string {
	var names []string
	for _, a := range s.attrs {
		names = append(names, a.name)
	}
	for _, b := range s.blocks {
		names = append(names, b.name)
	}
	return names
}

// hcl gives the schema in the form that hcl.Body.Content takes. That a required attribute is there is checked by read, which
// can say what it is for.
func (s *schema) hcl() *hcl.BodySchema {
	out := &hcl.BodySchema{}
	for _, a := range s.attrs {
		out.Attributes = append(out.Attributes, hcl.AttributeSchema{Name: a.name})
	}
	for _, b := range s.blocks {
		out.Blocks = append(out.Blocks, hcl.BlockHeaderSchema{Type: b.name, LabelNames: b.labels})
	}
	if len(s.blocks) > 0 {
		out.Blocks = append(out.Blocks, hcl.BlockHeaderSchema{Type: dynamicBlock, LabelNames: []string{"type"}})
	}
	return out
}

// want gives the cty type that a value of this kind is converted to, before its own check.
func (a attr) want() cty.Type {
	switch a.kind {
	case kWhole, kNumber:
		return cty.Number
	case kBool:
		return cty.Bool
	case kStrings:
		return cty.List(cty.String)
	case kString, kDuration, kSize, kPercent, kDistribution:
		return cty.String
	}
	return cty.DynamicPseudoType
}

// noun says what an attribute takes.
func (a attr) noun() string {
	switch a.kind {
	case kWhole:
		return "a whole number"
	case kNumber:
		return "a number"
	case kBool:
		return "true or false"
	case kStrings:
		return "a list of strings"
	case kDuration:
		return `a duration, as "30s"`
	case kSize:
		return `a size, as "1MiB"`
	case kPercent:
		return `a percentage, as "1%"`
	case kDistribution:
		return `a number, or a distribution as "normal(512, 64)"`
	case kScalars:
		return "an object of numbers, strings, bools and lists of them"
	case kRef:
		return "a reference to " + article(a.refs...)
	case kRefs:
		return "a list of references to " + strings.Join(a.refs, " or ") + " blocks"
	case kExpr:
		return "an expression"
	}
	return "a string"
}

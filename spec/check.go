package spec

import "github.com/hashicorp/hcl/v2"

// A Check is a condition on results that becomes an exit code.
type Check struct {
	Ref
	Condition Expr   // a bool
	Message   Expr   // a string: what is said when it isn't true
	Severity  string // error, warning
	Range     hcl.Range
}

// A Claim is a statement that the data support, refute, or don't settle.
type Claim struct {
	Ref
	Statement string
	Supported Expr // a bool
	Refuted   Expr // a bool; not set: nothing refutes it
	Range     hcl.Range
}

func (d *decoder) check(b *block) {
	v := d.read(b, checkSchema, d.scope)
	out := &Check{Ref: b.ref(), Range: b.DefRange}
	out.Condition = v.lateExpr(attr{name: "condition", kind: kBool, required: true})
	out.Message = v.lateExpr(attr{name: "error_message", kind: kString, required: true})
	v.str("severity", &out.Severity)
	d.module.Checks = append(d.module.Checks, out)
}

func (d *decoder) claim(b *block) {
	v := d.read(b, claimSchema, d.scope)
	out := &Claim{Ref: b.ref(), Range: b.DefRange}
	v.str("statement", &out.Statement)
	out.Supported = v.lateExpr(attr{name: "supported_when", kind: kBool, required: true})
	out.Refuted = v.lateExpr(attr{name: "refuted_when", kind: kBool})
	d.module.Claims = append(d.module.Claims, out)
}

// lateExpr gives an attribute unevaluated that may refer to results.
func (v *values) lateExpr(a attr) Expr {
	attribute, ok := v.attrs[a.name]
	if !ok {
		return Expr{}
	}
	return v.typed(a, v.decoder.late(v.decoder.scope, attribute.Expr))
}

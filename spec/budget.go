package spec

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// A budget bounds what many expressions take together: each of them may take much, and there may be thousands of them, or one that is
// evaluated for each of 100 000 configurations.
type budget struct {
	left   int             // elements that may still be made or read
	detail string          // what is told once there are none
	over   *hcl.Diagnostic // that is told; nil: there are some left
	quiet  bool            // it is told once, and what comes after it has no value
}

// budgeted begins to bound what is evaluated, until the module is loaded. From then on what was loaded is evaluated again, and nothing else.
func (w *work) budgeted() {
	w.module = &budget{left: maxTotal, quiet: true, detail: fmt.Sprintf(
		"Up to here the expressions of this module have made and read more than %d elements, as which %d bytes of text count. What comes after it was not evaluated. Take less of them, or compute it elsewhere and read it with file().",
		maxTotal, pieceOfText)}
	w.varying = &budget{left: maxVarying, detail: fmt.Sprintf(
		"Up to here what is evaluated for each configuration has made and read more than %d elements, as which %d bytes of text count, for all configurations of the module. Compute in locals what is the same for all of them, or take values out of the matrix.",
		maxVarying, pieceOfText)}
	w.budget = w.module
}

// unbudgeted ends it. What was told of the module's budget may have got lost, as a rule that gives no warning has no mistakes either.
func (w *work) unbudgeted() (over *hcl.Diagnostic) {
	over = w.module.over
	w.budget, w.module, w.varying = nil, nil, nil
	return over
}

// forConfiguration charges what is evaluated next to the configurations, until the function that it gives is called.
func (w *work) forConfiguration() (end func()) {
	if w.budget == nil {
		return func() {}
	}
	before := w.budget
	w.budget = w.varying
	w.spend(2) // what was taken apart is asked at no less
	return func() { w.budget = before }
}

// spend takes elements off the budget.
func (w *work) spend(n int) {
	b := w.budget
	if b == nil || b.over != nil {
		return
	}
	if b.left -= n; b.left < 0 {
		b.over = &hcl.Diagnostic{Severity: hcl.DiagError, Summary: tooMuchWork, Detail: b.detail, Subject: w.place.Ptr()}
		w.tooMuch = b.over
	}
}

// over gives what is told of the budget once nothing is left of it; nil: there is something.
func (w *work) over() *hcl.Diagnostic {
	if w.budget == nil {
		return nil
	}
	return w.budget.over
}

// broke gives what an expression that nothing is left for has for a value: none, and what is told of that.
func (w *work) broke() (diags hcl.Diagnostics, is bool) {
	switch over := w.over(); {
	case over == nil:
		return nil, false
	case w.budget.quiet:
		return nil, true
	default:
		return hcl.Diagnostics{over}, true
	}
}

// tooMuchWork is the summary for what takes too long.
const tooMuchWork = "Too much work"

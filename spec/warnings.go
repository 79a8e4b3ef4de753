package spec

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// An effectOption is an option that an emulator's effect depends on.
type effectOption struct {
	server Ref
	name   string
	at     hcl.Range
}

func (d *decoder) warn(at *hcl.Range, summary, detail string) {
	d.diags = append(d.diags, &hcl.Diagnostic{Severity: hcl.DiagWarning, Summary: summary, Detail: detail, Subject: at})
}

// warnings tells of what a module without mistakes says to no effect.
func (d *decoder) warnings() {
	if len(d.module.Experiments)+len(d.module.Datasets) == 0 {
		d.warn(nil, "Nothing to measure", "The spec has neither an experiment nor a dataset. Add an experiment to measure something, or a dataset of what was measured elsewhere.")
	}
	for _, e := range d.module.Experiments {
		d.idleRules(e)
	}
	d.idleEffects()
}

// idleRules tells of an exclude and a skip that no configuration comes under. One that depends on a variable may be meant for
// another value of it.
func (d *decoder) idleRules(e *Experiment) {
	idle := func(when setting, scopes iter.Seq[*scope]) bool {
		for sc := range scopes {
			if yes, diags := when.at(sc); diags.HasErrors() || isTrue(yes) {
				return false
			}
		}
		return !refersTo(when.expr, "var")
	}
	for _, when := range e.exclude {
		if idle(when, e.ofCells()) {
			d.warn(when.expr.Range().Ptr(), "Nothing excluded", "No configuration of the axes comes under this, so nothing is left out. Correct the condition, or take the block out.")
		}
	}
	for _, rule := range e.skip {
		if idle(rule.when, e.ofConfigurations()) {
			d.warn(rule.when.expr.Range().Ptr(), "Nothing skipped", "No configuration comes under this, so none is skipped. Correct the condition, or take the block out.")
		}
	}
}

// ofCells goes through the scopes of all cells, those that are excluded too.
func (e *Experiment) ofCells() iter.Seq[*scope] {
	return func(yield func(*scope) bool) {
		for cells := range e.cells() {
			if !yield(e.at(cells).scope) {
				return
			}
		}
	}
}

// ofConfigurations goes through the scopes of what may be skipped.
func (e *Experiment) ofConfigurations() iter.Seq[*scope] {
	return func(yield func(*scope) bool) {
		for c := range e.Configurations() {
			if c.Arm == "" && !yield(c.scope) {
				return
			}
		}
	}
}

// noteSent keeps which options a server gets.
func (d *decoder) noteSent(c Configuration) {
	options := d.sent[c.Server]
	if options == nil {
		options = map[string]bool{"num_predict": true} // what max_tokens of a step is sent as
		d.sent[c.Server] = options
	}
	for name := range c.Options {
		options[name] = true
	}
}

// idleEffects tells of an effect that waits for an option which its server never gets. A server that no experiment uses gets none.
func (d *decoder) idleEffects() {
	for _, o := range d.effects {
		sent, used := d.sent[o.server]
		if used && !sent[o.name] {
			d.warn(&o.at, "Option never sent", fmt.Sprintf("No experiment sends an option %q to %s, so this effect never shows.%s", o.name, o.server.Address(), didYouMean(o.name, slices.Collect(maps.Keys(sent)), "")))
		}
	}
}

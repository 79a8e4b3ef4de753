package spec

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

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
		d.idleAxes(e)
	}
	d.idleEffects()
	d.slips()
	d.unused()
}

// unused tells of a variable, a local value and a function that nothing refers to.
func (d *decoder) unused() {
	used := map[string]bool{}
	for _, u := range d.uses.list {
		used[u.To] = used[u.To] || u.From != u.To
	}
	for _, address := range slices.Sorted(maps.Keys(d.places)) {
		sort, name, _ := strings.Cut(address, ".")
		if noun := namedValues[sort]; noun != "" && !used[address] && !used[sort] {
			d.warn(d.places[address].Ptr(), "Unused name", fmt.Sprintf("Nothing refers to the %s %q. Use it, or take it out.", noun, name))
		}
	}
}

// idleAxes tells of an axis that makes no difference between the configurations that it makes.
func (d *decoder) idleAxes(e *Experiment) {
	for _, a := range e.Axes {
		if used := e.scope.axes; !used[a.Name] && !used[""] {
			d.warn(&a.Range, "Unused axis", fmt.Sprintf("Nothing in the experiment refers to matrix.%s, so its values differ in nothing but their names, and each is measured. Use it, as in %s, or take it out.", a.Name, a.usage()))
		}
	}
}

// usage writes how an experiment uses an axis.
func (a *Axis) usage() string {
	v := a.cells[0].value
	if r, ok := asRef(v); ok {
		return fmt.Sprintf("%s = matrix.%s", r.Block, a.Name)
	}
	if v.Type().IsObjectType() {
		return fmt.Sprintf("model = matrix.%s.name", a.Name)
	}
	return fmt.Sprintf("options = { %[1]s = matrix.%[1]s }", a.Name)
}

// namedValues are the sorts of names that have no effect but through what refers to them.
var namedValues = map[string]string{"var": "variable", "local": "local value", "function": "function"}

// idleRules tells of an exclude and a skip that no configuration comes under. One that depends on a variable may be meant for
// another value of it.
func (d *decoder) idleRules(e *Experiment) {
	idle := func(when *setting, points iter.Seq2[int, *point]) bool {
		for _, p := range points {
			if yes, diags := when.holds(p); yes || diags.HasErrors() {
				return false
			}
		}
		return !refersTo(when.expr, "var")
	}
	for i := range e.exclude {
		if when := &e.exclude[i]; idle(when, e.cells()) {
			d.warn(when.expr.Range().Ptr(), "Nothing excluded", "No configuration of the axes comes under this, so nothing is left out. Correct the condition, or take the block out.")
		}
	}
	for i := range e.skip {
		if when := &e.skip[i].when; idle(when, e.points()) {
			d.warn(when.expr.Range().Ptr(), "Nothing skipped", "No configuration comes under this, so none is skipped. Correct the condition, or take the block out.")
		}
	}
}

// noteSent keeps which options a server gets. Of an experiment that waits for results not all are known.
func (d *decoder) noteSent(c Configuration, waits bool) {
	for _, a := range c.Agents() {
		options := d.sent[a.Server]
		if options == nil {
			options = map[string]bool{"num_predict": true} // what max_tokens of a step is sent as
			d.sent[a.Server] = options
		}
		for name := range a.Options {
			options[name] = true
		}
		if waits {
			options[anyOption] = true
		}
	}
}

// anyOption stands among the options that a server gets where it may get any.
const anyOption = ""

// idleEffects tells of an effect that waits for an option which its server never gets. A server that no experiment uses gets none.
func (d *decoder) idleEffects() {
	for _, o := range d.effects {
		sent, used := d.sent[o.server]
		if used && !sent[o.name] && !sent[anyOption] {
			d.warn(&o.at, "Option never sent", fmt.Sprintf("No experiment sends an option %q to %s, so this effect never shows.%s", o.name, o.server.Address(), didYouMean(o.name, slices.Collect(maps.Keys(sent)), "")))
		}
	}
}

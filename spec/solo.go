package spec

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/zclconf/go-cty/cty"
)

// A member is measured alone once for each setup that it has: many configurations may share one, since what varies in them may be
// another member's. A solo is named after those axes that the member's own expressions refer to and that have one level in all of
// these configurations. So solo_insight_gpu80 is insight alone wherever num_gpu is 80, whatever its neighbours do.

// soloArm is what the name of a solo's arm begins with, and that of its configuration.
const soloArm = "solo_"

// SoloArm gives the arm of the runs of a member alone: what runs together may be compared with.
func SoloArm(member string) string { return soloArm + member }

// A soloSetup is a member in one of its setups.
type soloSetup struct {
	member int
	point  int      // the first of the points that share it, beside which it is measured
	key    string   // what the setup is
	cells  []*cell  // of that point
	steady []bool   // by axis: all of them have its level
	name   string   // of the configuration
	axes   []int    // that name it
	beside []string // the configurations that share it
}

// soloTable is the solos of an experiment, once somebody asks.
type soloTable struct {
	once    sync.Once
	byPoint map[int][]*soloSetup // by the first of their points, in the order of the members
	byName  map[string]*soloSetup
}

// solosAt gives those that are measured beside the i-th point.
func (e *Experiment) solosAt(i int) []*soloSetup {
	if !e.Solo || len(e.After) > 0 { // what waits for results has no setups yet
		return nil
	}
	e.solos.once.Do(e.findSolos)
	return e.solos.byPoint[i]
}

// Beside gives the configurations in which a member is as it is in the solo of that name; none where there is no such solo.
func (e *Experiment) Beside(solo string) []string {
	e.solosAt(0)
	if s := e.solos.byName[solo]; s != nil {
		return s.beside
	}
	return nil
}

// MatrixOf gives what `matrix` is in the configuration with a number, under that name; nothing where there is no matrix.
func (e *Experiment) MatrixOf(number int) map[string]cty.Value {
	vars := map[string]cty.Value{}
	if number -= len(e.alone); number >= 0 && len(e.Axes) > 0 {
		vars["matrix"] = e.point(number / e.stride()).matrix()
	}
	return vars
}

// findSolos goes through what is run, and brings together the points in which a member has one setup.
func (e *Experiment) findSolos() {
	found := map[string]*soloSetup{}
	var order []*soloSetup
	for i, p := range e.points() {
		c, diags := e.at(i, p)
		if diags.HasErrors() || c.Skip != "" {
			continue
		}
		for k, m := range c.Members {
			key := soloKey(m, c.Target)
			s := found[key]
			if s == nil {
				s = &soloSetup{member: k, point: i, key: key, cells: slices.Clone(p.cells), steady: slices.Repeat([]bool{true}, len(e.Axes))}
				found[key] = s
				order = append(order, s)
			}
			for a := range e.Axes {
				s.steady[a] = s.steady[a] && s.cells[a].plain == p.cells[a].plain
			}
			s.beside = append(s.beside, c.Name)
		}
	}
	e.nameSolos(order)
	e.solos.byPoint, e.solos.byName = map[int][]*soloSetup{}, map[string]*soloSetup{}
	for _, s := range order {
		e.solos.byPoint[s.point] = append(e.solos.byPoint[s.point], s)
		e.solos.byName[s.name] = s
	}
}

// soloKey tells the setups of members apart.
func soloKey(m MemberSetup, target Ref) string {
	options, err := json.Marshal(m.Options) // plain values
	return fmt.Sprintf("%q %q %q %q %q %q %s %v", m.Name, m.Agent, m.Server, m.Work, target, m.Model, options, err)
}

// nameSolos names each. Where the axes don't tell two setups apart, all of that name get a piece of the setup's hash.
func (e *Experiment) nameSolos(solos []*soloSetup) {
	taken := map[string]int{}
	for _, s := range solos {
		var axes []*Axis
		var cells []*cell
		for _, a := range e.axesOf(s.member) {
			if s.steady[a] {
				s.axes, axes, cells = append(s.axes, a), append(axes, e.Axes[a]), append(cells, s.cells[a])
			}
		}
		s.name = clip(strings.TrimSuffix(SoloArm(e.Members[s.member].Name)+"_"+configurationName(axes, cells), "_"))
		taken[strings.ToLower(s.name)]++
	}
	for _, s := range solos {
		if taken[strings.ToLower(s.name)] > 1 {
			s.name = clip(s.name + "-" + sha256Hex(s.key)[:soloHash])
		}
	}
}

// soloHash is how many digits of a setup's hash its name gets where it needs some.
const soloHash = 12

// axesOf gives the axes that what a member is depends on, in order.
func (e *Experiment) axesOf(member int) []int {
	axes := map[int]bool{}
	m := e.Members[member]
	ownModel := m.fixed.Model != ""
	for i := range m.varying {
		ownModel = ownModel || m.varying[i].attr.name == "model"
		e.note(axes, &m.varying[i])
	}
	for i := range e.varying {
		if s := &e.varying[i]; s.attr.name == "target" || s.attr.name == "model" && !ownModel {
			e.note(axes, s)
		}
	}
	return slices.Sorted(maps.Keys(axes))
}

func (e *Experiment) note(axes map[int]bool, s *setting) {
	for _, a := range e.axesIn(s.expr) {
		axes[a] = true
	}
}

// soloAt gives the configuration of a solo, at the first of its points.
func (e *Experiment) soloAt(s *soloSetup, p *point) Configuration {
	c, _ := e.at(s.point, p) // without a mistake, or it would have no solo
	m := c.Members[s.member]
	out := Configuration{
		Number: c.Number + 1 + s.member, Name: s.name, Arm: SoloArm(m.Name), Solo: m.Name,
		Agent: m.Agent, Server: m.Server, Target: c.Target, Work: m.Work, Model: m.Model, Options: m.Options,
	}
	for _, a := range s.axes {
		out.Factors = append(out.Factors, Factor{e.Axes[a].Name, s.cells[a].plain})
	}
	return out
}

// soloConfigurations goes through the solos that are measured beside the i-th point.
func (e *Experiment) soloConfigurations(i int, p *point) iter.Seq[Configuration] {
	return func(yield func(Configuration) bool) {
		for _, s := range e.solosAt(i) {
			if !yield(e.soloAt(s, p)) {
				return
			}
		}
	}
}

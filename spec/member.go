package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// A Member is one of several agents that start together. What may vary along the matrix is asked of the Configurations.
type Member struct {
	Name  string
	Range hcl.Range

	serverRange hcl.Range // what is to blame where its server can't run beside another

	fixed   Configuration
	varying []setting
}

// A MemberSetup is what a member, or the only agent, is in one configuration.
type MemberSetup struct {
	Name    string
	Agent   Ref
	Server  Ref
	Work    Ref // the workload
	Model   string
	Options map[string]any // as they stand; nulls are left out
}

// ofMembers are the arguments of an experiment that its members have in its place.
var ofMembers = []string{"agent", "server", "workload", "options"}

// members decodes the members of an experiment, or checks that one without any has what it needs itself.
func (d *decoder) members(v *values, out *Experiment, outer *scope) {
	all := v.blocks.OfType("member")
	if len(all) == 0 {
		d.withoutMembers(v)
		return
	}
	out.fixed.Agent = Ref{}
	for _, name := range ofMembers {
		if a, given := v.attrs[name]; given {
			d.errorAt(a.NameRange, "Conflicting arguments", fmt.Sprintf("Each member has its own %q, and nobody would heed that of the experiment. Move it into the members.", name))
		}
	}
	for _, b := range v.blocks.OfType("baseline") {
		d.errorAt(b.DefRange, "Conflicting arguments", "A baseline stands in for the options of an experiment, and here each member has its own. Compare with solo = true, or by an axis of the matrix.")
	}
	for _, b := range all {
		d.member(b, out, outer)
	}
}

// withoutMembers checks what an experiment has where there are no members.
func (d *decoder) withoutMembers(v *values) {
	if v.misspelt("member") {
		return
	}
	for _, name := range []string{"server", "workload"} {
		a, _ := v.schema.attr(name)
		written, given := v.attrs[name]
		if !given {
			v.missing(a)
		} else if v.leftOut(name) {
			d.errorAt(written.Expr.Range(), "Missing value", fmt.Sprintf("%q can't be null: it takes %s.", name, a.noun()))
		}
	}
	for _, name := range []string{"solo", "contention"} {
		if a, given := v.attrs[name]; given {
			d.errorAt(a.NameRange, "No members", fmt.Sprintf("%q is about members that run at the same time, and this experiment has none. Add member blocks, or take it out.", name))
		}
	}
}

func (d *decoder) member(b *block, out *Experiment, outer *scope) {
	name := b.Labels[0]
	if !d.validName(name, b.LabelRanges[0]) {
		return
	}
	if i := slices.IndexFunc(out.Members, func(m *Member) bool { return m.Name == name }); i >= 0 {
		d.errorAt(b.LabelRanges[0], "Duplicate name", fmt.Sprintf("member %q is at %s already. Give one of them another name.", name, at(out.Members[i].Range)))
		return
	}
	m := &Member{Name: name, Range: b.DefRange, fixed: Configuration{Agent: Ref{Block: "agent", Name: builtinAgent}, Options: map[string]any{}}}
	v := d.open(b, memberSchema, outer)
	v.settle(outer, out.scope)
	m.serverRange = v.rangeOf("server")
	m.varying = v.settings(&m.fixed)
	out.Members = append(out.Members, m)
}

// apart tells of a configuration whose members work on two servers that bench starts: one that it starts never runs beside another.
func (d *decoder) apart(e *Experiment, c Configuration) bool {
	first := -1
	for i, m := range c.Members {
		server := d.module.Server(m.Server)
		switch {
		case server == nil || len(server.Command) == 0:
		case first < 0:
			first = i
		case m.Server != c.Members[first].Server:
			other := c.Members[first]
			where := ""
			if len(e.Axes) > 0 {
				where = " in " + c.Name
			}
			d.errorAt(e.Members[i].serverRange, "Servers that never run at once", fmt.Sprintf("Member %q works on %s%s and member %q on %s. bench starts both, and one that it starts never runs beside another: they may want the same port, the same memory, the same GPU. "+
				"Give both members one server, or start one of the two yourself and take \"command\" out of it.", m.Name, m.Server.Address(), where, other.Name, other.Server.Address()))
			return true
		}
	}
	return false
}

// at gives the member in a configuration, which is at a point.
func (m *Member) at(of Configuration, p *point) (MemberSetup, hcl.Diagnostics) {
	c := m.fixed
	c.Options = maps.Clone(c.Options)
	if c.Model == "" {
		c.Model = of.Model
	}
	var all hcl.Diagnostics
	for i := range m.varying {
		all = append(all, m.varying[i].settle(&c, p)...)
	}
	return MemberSetup{m.Name, c.Agent, c.Server, c.Work, c.Model, c.Options}, all
}

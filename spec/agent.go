package spec

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
)

// An Agent does the work of a run: the builtin one, or a command.
type Agent struct {
	Ref
	Builtin string // "" where there is a command
	Command []string
	Build   *Build // nil: it is there already
	Witness bool   // its calls pass a tap that stamps them
	Range   hcl.Range

	CommandRange, WitnessRange hcl.Range // what is to blame where these can't be used
}

// A Build is how an agent's command comes to be.
type Build struct {
	Command []string
	Dir     string // relative to the module
	Range   hcl.Range
}

func (d *decoder) agent(b *block) {
	v := d.read(b, agentSchema, d.scope)
	out := &Agent{Ref: b.ref(), Range: b.DefRange, CommandRange: v.rangeOf("command"), WitnessRange: v.rangeOf("witness")}
	v.str("builtin", &out.Builtin)
	v.strs("command", &out.Command)
	v.boolean("witness", &out.Witness)
	build := v.one("build")
	switch {
	case !v.leftOut("builtin") && !v.leftOut("command") && !v.broken:
		d.errorAt(v.attrs["command"].NameRange, "Conflicting arguments", "An agent is either the builtin one or a command. Take \"builtin\" or \"command\" out.")
	case v.leftOut("builtin") && v.leftOut("command"):
		d.errorAt(b.DefRange, "Missing argument", "An agent needs one of two: builtin = \"workflow\", the agent inside bench, or command, a list of strings as [\"python3\", \"agent.py\"].")
	case build != nil && v.leftOut("command"):
		d.errorAt(build.DefRange, "Nothing to build", "\"build\" is how the command of an agent comes to be, and the builtin one is there already. Take the block out.")
	}
	if build != nil {
		out.Build = d.build(build)
	}
	d.module.Agents = append(d.module.Agents, out)
}

func (d *decoder) build(b *block) *Build {
	v := d.read(b, buildSchema, d.scope)
	out := &Build{Range: b.DefRange}
	v.strs("command", &out.Command)
	v.str("dir", &out.Dir)
	if out.Dir == "" {
		return out
	}
	if outside(out.Dir) {
		d.errorAt(v.rangeOf("dir"), "Invalid value", upper(isOutside(out.Dir).Error())+".")
	} else if info, err := d.files.stat(out.Dir); err != nil || !info.IsDir() {
		d.errorAt(v.rangeOf("dir"), "Missing files", fmt.Sprintf("There is no folder %q. Paths are relative to the spec.", out.Dir))
	}
	return out
}

package spec

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// A Target is where processes run.
type Target struct {
	Ref
	Parallelism int // runs at the same time; of kind slurm 0: the cluster decides
	CPUs        string
	Labels      map[string]any
	RequireGPU  int64 // bytes; 0: nothing is required
	RequireDisk int64
	SSH         *SSH   // of kind ssh
	Slurm       *Slurm // of kind slurm
	Range       hcl.Range

	KindRange hcl.Range // what is to blame where the kind can't be used
}

// SSH is how a target is reached through OpenSSH.
type SSH struct {
	Host       string
	ConfigFile string // "": ssh's own
	Dir        string // on the host, absolute or below "~/"
}

// Slurm is how runs are queued on a cluster. What is zero is left to the cluster.
type Slurm struct {
	Partition   string
	TimeLimit   time.Duration // of one job
	GRES        string
	ArrayLimit  int // jobs at the same time
	RunsPerTask int // at least 1
	Extra       []string
}

func (d *decoder) target(b *block) {
	v := d.read(b, targetSchemas[b.Labels[0]], d.scope)
	out := &Target{Ref: b.ref(), Range: b.DefRange, KindRange: b.LabelRanges[0]}
	v.whole("parallelism", &out.Parallelism)
	v.str("cpus", &out.CPUs)
	v.scalars("labels", &out.Labels)
	if out.CPUs != "" {
		if _, err := ParseCPUs(out.CPUs); err != nil {
			d.errorAt(v.rangeOf("cpus"), "Invalid value", upper(err.Error())+".")
		}
	}
	require := d.readOptional(v, "require", requireSchema, d.scope)
	require.size("gpu_memory", &out.RequireGPU)
	require.size("disk", &out.RequireDisk)
	switch out.Kind {
	case "ssh":
		out.SSH = d.ssh(v)
	case "slurm":
		out.Slurm = d.slurm(v)
	}
	d.module.Targets = append(d.module.Targets, out)
}

func (d *decoder) ssh(v *values) *SSH {
	out := &SSH{}
	v.str("host", &out.Host)
	v.str("config_file", &out.ConfigFile)
	v.str("dir", &out.Dir)
	if strings.HasPrefix(out.Host, "-") || strings.ContainsAny(out.Host, " \t\n") {
		d.errorAt(v.rangeOf("host"), "Invalid value", fmt.Sprintf("%q can't be a host: write a Host of your ssh_config, or an address as \"user@lab1\".", out.Host))
	}
	if out.Dir != "" && !path.IsAbs(out.Dir) && !strings.HasPrefix(out.Dir, "~/") {
		d.errorAt(v.rangeOf("dir"), "Invalid value", fmt.Sprintf("%q is relative, and nobody knows to what on another machine. Write it as \"/var/tmp/bench\" or \"~/bench\".", out.Dir))
	}
	return out
}

func (d *decoder) slurm(v *values) *Slurm {
	out := &Slurm{}
	v.str("partition", &out.Partition)
	v.duration("time_limit", &out.TimeLimit)
	v.str("gres", &out.GRES)
	v.whole("array_limit", &out.ArrayLimit)
	v.whole("runs_per_task", &out.RunsPerTask)
	v.strs("extra", &out.Extra)
	for i, flag := range out.Extra {
		if !strings.HasPrefix(flag, "-") {
			d.errorAt(v.elementRange("extra", i), "Invalid value", fmt.Sprintf("%q is no flag of sbatch: write flag and value as one, as \"--account=tr\".", flag))
		}
	}
	return out
}

// ParseCPUs reads a list of cores, as "0-3,6". The cores come back sorted.
func ParseCPUs(s string) ([]int, error) {
	var cores []int
	for _, part := range splitComma(s) {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		a, err1 := strconv.ParseUint(from, 10, 12) // 4096 cores at most
		b, err2 := strconv.ParseUint(to, 10, 12)
		if err1 != nil || err2 != nil || b < a {
			return nil, fmt.Errorf("%q is not a list of cores: write it as \"0-3\" or \"0,2\"", s)
		}
		for c := a; c <= b; c++ {
			cores = append(cores, int(c))
		}
	}
	slices.Sort(cores)
	return slices.Compact(cores), nil
}

package spec

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// An Experiment is one sweep. What may vary along its matrix is asked of its Configurations.
type Experiment struct {
	Ref
	Title      string
	Axes       []*Axis
	Baselines  []*Baseline
	Members    []*Member // agents that run at the same time; none: there is one
	Repeats    int
	Warmup     int
	Order      string
	Seed       int
	Timeout    time.Duration
	Sampling   *Sampling // nil: no more than Repeats
	Isolation  Isolation
	Retry      Retry
	Solo       bool  // each member is measured alone as well
	Contention Expr  // a bool over the metrics of members in a run
	After      []Ref // analyses and comparisons whose results it waits for
	Range      hcl.Range

	AfterRange hcl.Range // of the first value that depends on these

	fixed   Configuration // with what is the same for every configuration
	varying []setting     // along the matrix, or with results
	exclude []setting
	include []included
	first   map[string]int // include of a configuration, by its name
	skip    []skipRule
	scope   *scope // of what may refer to the matrix
	broken  bool   // it has a mistake, so what seems to be missing may be there

	alone, paired []*Baseline // measured once, and beside every configuration
	solos         *soloTable  // of the members
	evaluating    *sync.Mutex // of the module
}

// Isolation says what state a run starts from.
type Isolation struct {
	Model    string // keep, unload, warm
	Cooldown time.Duration
	Memory   int64 // bytes that the agent's processes may use together; 0: no limit

	ModelRange, MemoryRange hcl.Range
}

// A skipRule keeps configurations from being run.
type skipRule struct{ when, reason setting }

func (d *decoder) experiment(b *block) {
	before := len(d.diags)
	out := &Experiment{
		Ref: b.ref(), Title: b.Labels[0], Range: b.DefRange,
		scope: d.scope.without("this experiment has no matrix", "matrix"),
		fixed: Configuration{
			Name: "all", Agent: Ref{Block: "agent", Name: builtinAgent}, Target: Ref{Block: "target", Kind: "local", Name: defaultTarget},
			Options: map[string]any{},
		},
	}
	v := d.open(b, experimentSchema, b.within(out.scope))
	outer := out.scope
	if matrix := v.one("matrix"); matrix != nil {
		outer = d.scope.without("it stands for one configuration, and this is the same for all of them; it may be used in the experiment's "+mayVary, "matrix")
		out.scope = d.matrix(matrix, out, outer)
	} else if v.misspelt("matrix") {
		out.scope = d.scope.with(map[string]cty.Value{"matrix": cty.DynamicVal})
	}
	v.settle(outer, out.scope)
	out.varying = v.settings(&out.fixed)
	d.members(v, out, outer)
	v.str("title", &out.Title)
	v.whole("repeats", &out.Repeats)
	v.whole("warmup", &out.Warmup)
	v.str("order", &out.Order)
	v.whole("seed", &out.Seed)
	v.duration("timeout", &out.Timeout)
	for _, inner := range v.blocks.OfType("baseline") {
		d.baseline(inner, out, outer)
	}
	isolation := d.readOptional(v, "isolation", isolationSchema, outer)
	isolation.str("model", &out.Isolation.Model)
	out.Isolation.ModelRange = isolation.rangeOf("model")
	isolation.duration("cooldown", &out.Isolation.Cooldown)
	isolation.size("memory", &out.Isolation.Memory)
	out.Isolation.MemoryRange = isolation.rangeOf("memory")
	d.retry(v, out, outer)
	d.sampling(v, out, outer)
	v.boolean("solo", &out.Solo)
	d.contention(v, out)
	out.waitFor()
	d.module.Experiments = append(d.module.Experiments, out)
	if out.broken = out.broken || d.diags[before:].HasErrors() || d.isCut(b); !out.broken {
		d.expandAll(out, v.rangeOf("repeats"))
	}
}

// expandAll goes through every configuration once, so that a mistake that only one of them has is found before anything runs.
func (d *decoder) expandAll(e *Experiment, repeats hcl.Range) {
	e.compile(&d.module.evaluating)
	seen := map[string]bool{}
	cells, arms := 0, 0
	for c, diags := range e.Configurations() {
		if diags.HasErrors() {
			d.diags = append(d.diags, diags...)
			return
		}
		d.noteSent(c, len(e.After) > 0)
		if d.apart(e, c) {
			return
		}
		if c.Arm == "" {
			cells++
			continue
		}
		if seen[c.Name] { // a baseline "a_x1", and the paired one of "a" beside x = 1
			i := slices.IndexFunc(e.Baselines, func(b *Baseline) bool { return b.Name == c.Arm })
			d.errorAt(e.Baselines[i].Range, "Two configurations, one name", fmt.Sprintf("%s is the name of two baselines' configurations. Rename one of them.", c.Name))
			return
		}
		seen[c.Name] = true
		arms++
	}
	if cells == 0 {
		d.errorAt(e.exclude[0].expr.Range(), "No configuration left", "Every configuration of the matrix is excluded, so there is nothing to measure.")
	}
	if each := e.Repeats + e.Warmup; (cells+arms)*each > maxRuns {
		d.errorAt(repeats, "Too many runs", fmt.Sprintf("%d configurations, each run %d times, are more than the %d runs that an experiment may have. Take values out of the matrix, or repeats.", cells+arms, each, maxRuns))
	}
}

package spec

import (
	"fmt"
	"net/url"
	"slices"
)

func (d *decoder) server(b *block) {
	v := d.read(b, serverSchemas[b.Labels[0]], d.scope)
	out := &Server{Ref: b.ref(), Range: b.DefRange}
	v.str("url", &out.URL)
	v.strs("command", &out.Command)
	v.scalars("env", &out.Env)
	if out.URL != "" {
		if err := checkURL(out.URL); err != nil {
			d.errorAt(v.rangeOf("url"), "Invalid value", upper(err.Error())+".")
		}
	}
	if len(out.Command) == 0 && v.leftOut("command") {
		d.needsCommand(v)
	}
	ready := d.readOptional(v, "ready", readySchema, d.scope)
	ready.str("path", &out.Ready.Path)
	ready.duration("timeout", &out.Ready.Timeout)
	limits := d.readOptional(v, "timeouts", timeoutsSchema, d.scope)
	limits.duration("connect", &out.Timeouts.Connect)
	limits.duration("first_token", &out.Timeouts.FirstToken)
	limits.duration("idle", &out.Timeouts.Idle)
	if out.Kind == "emulator" {
		out.Emulator = d.emulator(v, out.Ref)
	}
	d.module.Servers = append(d.module.Servers, out)
}

// needsCommand refuses what is said of a command where there is none: nobody would heed it.
func (d *decoder) needsCommand(v *values) {
	const remedy = "Add command, a list of strings as [\"ollama\", \"serve\"], or take %s out."
	if _, given := v.get("env"); given {
		d.errorAt(v.attrs["env"].NameRange, "Nothing to start", fmt.Sprintf("\"env\" is the environment of a command that bench starts, and this server has none. "+remedy, "env"))
	}
	if b := v.one("ready"); b != nil {
		d.errorAt(b.DefRange, "Nothing to start", fmt.Sprintf("\"ready\" says how a started command is known to be ready, and this server has none. "+remedy, "the block"))
	}
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is not an address: write it as \"http://127.0.0.1:11434\"", s)
	case u.User != nil:
		return fmt.Errorf("the address holds a user's name, and it would be written to records and reports")
	}
	return nil
}

func (d *decoder) emulator(v *values, server Ref) *Emulator {
	e := &Emulator{}
	v.whole("seed", &e.Seed)
	v.duration("load_time", &e.LoadTime)
	v.duration("ttft", &e.TTFT)
	v.number("tokens_per_second", &e.TokensPerSecond)
	v.number("jitter", &e.Jitter)
	v.whole("output_tokens", &e.OutputTokens)
	v.strs("models", &e.Models)
	for _, b := range v.blocks.OfType("effect") {
		f := d.read(b, effectSchema, d.scope)
		var effect Effect
		f.scalars("when", &effect.When)
		f.percent("tokens_per_second", &effect.TokensPerSecond)
		f.percent("ttft", &effect.TTFT)
		f.percent("load_time", &effect.LoadTime)
		if _, ok := f.get("when"); ok && len(effect.When) == 0 {
			d.errorAt(f.rangeOf("when"), "Invalid value", "\"when\" is empty. What holds for every request belongs into the server's own timing.")
		}
		for option := range effect.When {
			d.effects = append(d.effects, effectOption{server, option, key(f.attrs["when"].Expr, option).Range()})
		}
		e.Effects = append(e.Effects, effect)
	}
	total := 0.0
	for _, b := range v.blocks.OfType("fault") {
		f := d.read(b, faultSchema, d.scope)
		var fault Fault
		f.str("kind", &fault.Kind)
		f.number("rate", &fault.Rate)
		if total += fault.Rate; fault.Rate > 0 && total > 1+1e-9 { // 0.1 ten times is a little more than 1
			d.errorAt(f.rangeOf("rate"), "Invalid value", fmt.Sprintf("The rates of all faults add up to %.4g so far, and there is no more than every request: 1.", total))
		}
		e.Faults = append(e.Faults, fault)
	}
	return e
}

func (d *decoder) agent(b *block) {
	v := d.read(b, agentSchema, d.scope)
	out := &Agent{Ref: b.ref(), Range: b.DefRange}
	v.str("builtin", &out.Builtin)
	d.module.Agents = append(d.module.Agents, out)
}

func (d *decoder) target(b *block) {
	v := d.read(b, targetSchemas[b.Labels[0]], d.scope)
	out := &Target{Ref: b.ref(), Range: b.DefRange}
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
	d.module.Targets = append(d.module.Targets, out)
}

func (d *decoder) analysis(b *block) {
	v := d.read(b, analysisSchema, d.scope)
	out := &Analysis{Ref: b.ref(), Range: b.DefRange}
	v.refs("of", &out.Of)
	v.str("baseline", &out.Baseline)
	v.number("confidence", &out.Confidence)
	v.whole("seed", &out.Seed)
	out.BaselineRange = v.rangeOf("baseline")
	for _, inner := range v.blocks.OfType("metric") {
		d.metric(inner, out)
	}
	if len(out.Metrics) == 0 && !v.broken {
		d.errorAt(b.DefRange, "Nothing to analyse", "An analysis needs at least one metric block, as: metric \"throughput\" {}")
	}
	d.module.Analyses = append(d.module.Analyses, out)
	d.knownBaseline(out)
}

func (d *decoder) metric(b *block, out *Analysis) {
	name := b.Labels[0]
	if i := slices.IndexFunc(out.Metrics, func(m *Metric) bool { return m.Name == name }); i >= 0 {
		d.errorAt(b.LabelRanges[0], "Duplicate name", fmt.Sprintf("metric %q is at %s already. Take one of them out.", name, at(out.Metrics[i].Range)))
		return
	}
	v := d.read(b, metricSchema, d.scope)
	metric := &Metric{Name: name, Range: b.LabelRanges[0]}
	v.str("better", &metric.Better)
	v.percent("practical", &metric.Practical)
	v.str("test", &metric.Test)
	v.str("stat", &metric.Stat)
	out.Metrics = append(out.Metrics, metric)
}

// knownBaseline checks that the sources have the baseline that an analysis asks for.
func (d *decoder) knownBaseline(a *Analysis) {
	if a.Baseline == "" {
		return
	}
	for _, r := range a.Of {
		e := d.module.Experiment(r)
		if e == nil || e.broken {
			continue // a dataset's arms are known when it is read
		}
		names := make([]string, len(e.Baselines))
		for i, base := range e.Baselines {
			names[i] = base.Name
		}
		if !slices.Contains(names, a.Baseline) {
			detail := fmt.Sprintf("%s (%s) has no baseline %q.%s", r.Address(), at(e.Range), a.Baseline, didYouMean(a.Baseline, names, ""))
			if len(names) == 0 {
				detail += fmt.Sprintf(" Add one to it: baseline %q { options = {} }", a.Baseline)
			}
			d.errorAt(a.BaselineRange, "Unknown baseline", detail)
		}
	}
}

package study

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"

	"bench/agent/load"
	"bench/analysis"
	"bench/runner"
	"bench/runner/table"
	"bench/spec"
)

// Build makes the study of a plan of the whole module: from the records that count for its runs at this moment, and from the
// datasets. Records that are stale (the spec has changed since) take no part. Diagnostics are of what there can be no study without; those
// of a check or a claim are in it.
func Build(p *runner.Plan, version string) (Study, hcl.Diagnostics, error) {
	b := &builder{
		plan: p, sources: map[spec.Ref]table.Source{}, digest: map[string]string{},
		study: Study{
			Schema: 1, Tool: Tool{Version: version, Instrument: runner.Instrument},
			Spec:        Spec{Digest: p.Module.Digest, Vars: p.Module.Given},
			Experiments: map[string]Experiment{}, Datasets: map[string]Dataset{}, Analyses: map[string]Analysis{},
			Checks: map[string]Check{}, Claims: map[string]Claim{}, Glossary: map[string]string{}, Runs: []Run{},
		},
	}
	for _, m := range load.Instrument() {
		b.study.Glossary[m.Name] = m.Help
	}
	for _, a := range p.Module.Analyses {
		for _, m := range a.Metrics {
			if help := table.Glossary(m.Name, b.study.Glossary); help != "" {
				b.study.Glossary[m.Name] = help
			}
		}
	}
	for _, f := range p.Module.Sources {
		b.study.Spec.Files = append(b.study.Spec.Files, filepath.Base(f))
	}
	for _, e := range p.Module.Experiments {
		if err := b.experiment(e); err != nil {
			return b.study, nil, err
		}
	}
	for _, d := range p.Module.Datasets {
		if diags, err := b.dataset(d); diags.HasErrors() || err != nil {
			return b.study, diags, err
		}
	}
	for _, a := range p.Module.Analyses {
		if err := b.analysis(a); err != nil {
			return b.study, nil, err
		}
	}
	b.study.Spec.Records = b.recordsDigest()
	return b.study, nil, b.study.conclude(p.Module)
}

type builder struct {
	plan    *runner.Plan
	study   Study
	sources map[spec.Ref]table.Source
	digest  map[string]string // what the study was made from: address or path → digest
}

func (b *builder) dataset(d *spec.Dataset) (hcl.Diagnostics, error) {
	source, diags, err := table.FromDataset(b.plan.Module, d)
	if diags.HasErrors() || err != nil {
		return diags, err
	}
	out := Dataset{Path: d.Path, Files: len(d.Paths), Rows: len(source.Rows), Digest: source.Digest, Labels: d.Labels, Dropped: []Dropped{}}
	out.StartedAt, out.FinishedAt = span(source.Rows)
	for _, x := range source.Dropped {
		out.Dropped = append(out.Dropped, Dropped(x))
	}
	b.digest[d.Address()] = source.Digest
	b.study.Datasets[d.ID()] = out
	b.add(source)
	return nil, nil
}

// add puts the rows of a source into the study.
func (b *builder) add(source table.Source) {
	b.sources[source.Ref] = source
	of := source.Ref.Address()
	runs := make([]Run, len(source.Rows))
	packed := table.Packer{}
	for i, r := range source.Rows {
		runs[i] = Run{
			Address: r.Source, Source: of, Configuration: r.Configuration, Arm: r.Arm,
			Repeat: r.Repeat, Attempt: r.Attempt, Factors: r.Factors, Metrics: packed.Pack(r.Metrics()), StartedAt: stamp(r.At),
		}
	}
	b.study.Runs = append(b.study.Runs, runs...)
}

func (b *builder) analysis(a *spec.Analysis) error {
	source := a.Of[0] // package table has refused several
	result, err := analysis.Analyze(b.sources[source].Table(a.Baseline, a.Metrics), table.Question(b.plan.Module, a))
	if err != nil {
		return fmt.Errorf("%s: %w", a.Address(), err)
	}
	if source.Block == "experiment" {
		b.study.Experiments[source.ID()].doubts(&result)
	}
	b.study.Analyses[a.ID()] = Analysis{Of: []string{source.Address()}, Result: result}
	return nil
}

// recordsDigest covers everything that was measured.
func (b *builder) recordsDigest() string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(b.digest)) {
		fmt.Fprintf(sum, "%s\x00%s\n", name, b.digest[name])
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// span gives the first and the last beginning of the rows.
func span(rows []table.Row) (first, last string) {
	var times []time.Time
	for _, r := range rows {
		if !r.At.IsZero() {
			times = append(times, r.At)
		}
	}
	if len(times) == 0 {
		return "", ""
	}
	return stamp(slices.MinFunc(times, time.Time.Compare)), stamp(slices.MaxFunc(times, time.Time.Compare))
}

// stamp writes a time as RFC 3339 to the second, in UTC; "" where it is not known.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

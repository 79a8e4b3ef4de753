package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"bench/agent/load"
	"bench/analysis"
	"bench/spec"
)

// A meaning is the unit of a metric and the way in which it gets better ("" where neither is known).
type meaning struct{ unit, better string }

// Check finds what the spec alone can't know: whether it is clear which way each metric of its analyses gets better, and whether scores
// keep out of the way of the instrument.
func Check(m *spec.Module) hcl.Diagnostics {
	var diags hcl.Diagnostics
	measured := instrument()
	for _, w := range m.Workloads {
		for _, s := range w.Scores {
			if _, taken := measured[s.Name]; taken {
				diags = append(diags, diagnostic(s.Range, "Name is taken", fmt.Sprintf("%q is measured by the instrument. Give the score another name.", s.Name)))
			}
		}
	}
	for _, a := range m.Analyses {
		if len(a.Of) > 1 {
			diags = append(diags, diagnostic(a.Range, "Several sources", "An analysis looks at one experiment or dataset. Ask each in an analysis of its own; a report may tell of several."))
			continue
		}
		for _, source := range a.Of {
			known := vocabulary(m, source)
			for _, metric := range a.Metrics {
				diags = append(diags, checkMetric(metric, known)...)
			}
		}
	}
	return diags
}

// CheckData reads every dataset, so that a mistake in a mapping, or a baseline that no row has, is found before anything is run. It
// notes the digest of each.
func CheckData(m *spec.Module) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, d := range m.Datasets {
		source, found, err := FromDataset(m, d)
		if err != nil {
			found = hcl.Diagnostics{diagnostic(d.Range, "Unreadable data", err.Error())}
		}
		diags = append(diags, found...)
		if found.HasErrors() {
			continue
		}
		d.Digest = source.Digest
		for _, a := range m.Analyses {
			if slices.Contains(a.Of, d.Ref) && a.Baseline != "" {
				diags = append(diags, checkBaseline(a, source)...)
			}
		}
	}
	return diags
}

func checkBaseline(a *spec.Analysis, source Source) hcl.Diagnostics {
	arms := map[string]bool{}
	for _, r := range source.Rows {
		if r.Arm != "" {
			arms[r.Arm] = true
		}
	}
	if arms[a.Baseline] {
		return nil
	}
	detail := fmt.Sprintf("No row of %s belongs to a baseline %q.%s", source.Ref.Address(), a.Baseline, spec.DidYouMean(a.Baseline, slices.Sorted(maps.Keys(arms))))
	return hcl.Diagnostics{diagnostic(a.BaselineRange, "Unknown baseline", detail)}
}

func checkMetric(metric *spec.Metric, known map[string]meaning) hcl.Diagnostics {
	mean := known[metric.Name]
	if metric.Better == "" && mean.better == "" {
		return hcl.Diagnostics{diagnostic(metric.Range, "Which way is better?", fmt.Sprintf("%q gets better in neither direction by itself. Add: better = \"higher\" (or \"lower\").", metric.Name))}
	}
	if metric.Better != "" && mean.better != "" && metric.Better != mean.better {
		against := diagnostic(metric.Range, "Better the wrong way round", fmt.Sprintf("%q gets better as it gets %s, and this says %s: improvements will be told as losses. Take \"better\" out unless that is meant.", metric.Name, mean.better, metric.Better))
		against.Severity = hcl.DiagWarning
		return hcl.Diagnostics{against}
	}
	return nil
}

// MetricNames lists the metrics that a source has, sorted.
func MetricNames(m *spec.Module, source spec.Ref) []string {
	return slices.Sorted(maps.Keys(vocabulary(m, source)))
}

// vocabulary gives the metrics of a source.
func vocabulary(m *spec.Module, source spec.Ref) map[string]meaning {
	known := instrument()
	if d := m.Dataset(source); d != nil {
		given := map[string]meaning{}
		for _, x := range d.Metrics {
			given[x.Name] = known[x.Name] // the same name means the same thing
		}
		_, hasTTFT := given["ttft"]
		_, hasLoad := given["load"]
		if hasTTFT && hasLoad {
			given["ttft_warm"] = known["ttft_warm"]
		}
		return given
	}
	if e := m.Experiment(source); e != nil {
		for _, s := range scores(m, e) {
			known[s.Name] = meaning{"1", s.Better}
		}
		ofMembers(known, e)
	}
	return known
}

// ofMembers adds what there is where several agents run at once, and takes out what there is only then.
func ofMembers(known map[string]meaning, e *spec.Experiment) {
	skew := known[startSkew]
	delete(known, startSkew)
	if len(e.Members) == 0 {
		return
	}
	own := maps.Clone(known)
	for _, member := range e.Members {
		for name, mean := range own {
			known[MemberMetric(member.Name, name)] = mean
		}
	}
	known[startSkew] = skew
	if e.Contention.IsSet() {
		known[contentionMetric] = meaning{"1", "lower"}
	}
}

// startSkew is the one metric of the instrument that only agents which run at once have.
const startSkew = "start_skew"

// Glossary says what a metric of members is that the instrument has no name of its own for; "" where it is none of these.
func Glossary(metric string, instrument map[string]string) string {
	if metric == contentionMetric {
		return "the share of runs whose members were in each other's way, by the condition of the spec"
	}
	if rest, ok := strings.CutPrefix(metric, "member."); ok {
		if member, own, ok := strings.Cut(rest, "."); ok && instrument[own] != "" {
			return "of member " + member + ": " + instrument[own]
		}
	}
	return ""
}

// MemberMetric gives the name that a metric of a member has in a run of several agents.
func MemberMetric(member, metric string) string { return "member." + member + "." + metric }

func instrument() map[string]meaning {
	known := map[string]meaning{}
	for _, x := range load.Instrument() {
		known[x.Name] = meaning{x.Unit, x.Better}
	}
	return known
}

// scores gives those of the workloads that an experiment uses. A matrix may be long, so it is gone through only where it matters.
func scores(m *spec.Module, e *spec.Experiment) []*spec.Score {
	if !slices.ContainsFunc(m.Workloads, func(w *spec.Workload) bool { return len(w.Scores) > 0 }) {
		return nil
	}
	var all []*spec.Score
	seen := map[spec.Ref]bool{}
	for c := range e.Configurations() {
		for _, a := range c.Agents() {
			if w := m.Workload(a.Work); w != nil && !seen[a.Work] {
				seen[a.Work] = true
				all = append(all, w.Scores...)
			}
		}
	}
	return all
}

// Question gives what an analysis asks, with the meaning of each metric.
func Question(m *spec.Module, a *spec.Analysis) analysis.Question {
	q := analysis.Question{Baseline: a.Baseline, Confidence: a.Confidence, Seed: uint64(a.Seed)}
	known := map[string]meaning{}
	for _, source := range a.Of {
		maps.Copy(known, vocabulary(m, source))
	}
	for _, x := range a.Metrics {
		mean := known[x.Name]
		metric := analysis.Metric{Name: x.Name, Unit: mean.unit, Better: analysis.Direction(mean.better), Practical: x.Practical, Test: x.Test}
		if x.Better != "" {
			metric.Better = analysis.Direction(x.Better)
		}
		if metric.Unit == "" {
			metric.Unit = "1"
		}
		q.Metrics = append(q.Metrics, metric)
	}
	return q
}

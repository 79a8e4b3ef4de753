package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"bench/analysis"
	"bench/runner"
	"bench/runner/study"
	"bench/spec"
)

// Rules of this output: the strength of a finding stands in a column of its own before its sentence, the sentence comes from
// the analysis as it is, doubts follow with their remedy, and paths come last, where a reader looks for them.

var strengths = map[analysis.Strength]string{analysis.Shown: "shown", analysis.Suggested: "suggested", analysis.NotTold: "cannot tell"}

// findingsText tells what an analysis found, and what speaks against it.
func findingsText(b *strings.Builder, width int, head string, a study.Analysis) {
	if len(a.Findings)+len(a.Warnings) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", head)
	for _, f := range a.Findings {
		finding(b, width, strengths[f.Strength], f.Sentence)
	}
	for _, w := range a.Warnings {
		if slices.ContainsFunc(a.Findings, func(f analysis.Finding) bool { return f.Sentence == w.Message }) {
			finding(b, width, "remedy", w.Remedy) // the doubt was told as a finding
			continue
		}
		finding(b, width, "warning", w.Message+" "+w.Remedy)
	}
}

// finding writes a sentence beside its strength. On a terminal, whose width is given then, its lines break between words.
func finding(b *strings.Builder, width int, strength, text string) {
	const indent = 15
	fmt.Fprintf(b, "  %-12s ", strength)
	at := indent
	for i, word := range strings.Fields(text) {
		switch n := columns(word); {
		case i == 0:
			at += n
		case width > 2*indent && at+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent + n
		default:
			b.WriteByte(' ')
			at += 1 + n
		}
		b.WriteString(word)
	}
	b.WriteByte('\n')
}

func concludeText(w io.Writer, width int, m *spec.Module, s study.Study, written []string) error {
	var b strings.Builder
	for _, a := range m.Analyses {
		head := "Findings"
		if len(m.Analyses) > 1 {
			head += " of " + a.Address()
		}
		findingsText(&b, width, head, s.Analyses[a.ID()])
	}
	conclusionsText(&b, width, m, s)
	if len(written) > 0 {
		fmt.Fprintf(&b, "\nReport  %s\n", strings.Join(written, " · "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func reportsText(w io.Writer, written []string) error {
	text := "The spec has no report block.\n"
	if len(written) > 0 {
		text = strings.Join(written, "\n") + "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// staleText warns of planned runs that have no part in what is shown.
func staleText(w io.Writer, p *runner.Plan) error {
	sum := p.Sum()
	if sum.ToRun == 0 {
		return nil
	}
	text := fmt.Sprintf("%d of %d planned runs have no record that counts", sum.ToRun, sum.ToRun+sum.UpToDate)
	if sum.Stale > 0 {
		text += fmt.Sprintf(" (%d stale)", sum.Stale)
	}
	_, err := fmt.Fprintln(w, text+" and take no part; `bench apply` makes them.")
	return err
}

// analyzeText writes each analysis: its ranking by the first metric, then its findings.
func analyzeText(w io.Writer, width int, m *spec.Module, s study.Study) error {
	var b strings.Builder
	for i, a := range m.Analyses {
		if i > 0 {
			b.WriteString("\n")
		}
		r := s.Analyses[a.ID()]
		fmt.Fprintf(&b, "%s  %s: %s\n", a.Address(), strings.Join(r.Of, ", "), analysis.Count(r.Runs, "run"))
		if len(r.Ranking) > 0 {
			rankingText(&b, r)
		}
		findingsText(&b, width, "Findings", r)
	}
	if len(m.Analyses) == 0 {
		b.WriteString("The spec has no analysis block.\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func rankingText(b *strings.Builder, r study.Analysis) {
	metric := r.MetricOrder[0]
	unit := analysis.DisplayUnit(metric, r.Metrics[metric].Unit)
	width := 0
	for _, line := range r.Ranking {
		width = max(width, len(line.Name))
	}
	fmt.Fprintf(b, "\n  by %s\n", analysis.Title(metric))
	for _, line := range r.Ranking {
		text := fmt.Sprintf("  %3d  %-*s  %12s", line.Rank, width, line.Name, analysis.Quantity(line.Value, unit))
		if line.Improvement != nil {
			text += fmt.Sprintf("  %10s", analysis.Change(*line.Improvement, 2))
		}
		b.WriteString(text + "\n")
	}
}

package main

import (
	"cmp"
	"time"

	"github.com/urfave/cli/v2"

	"bench/runner"
	"bench/runner/study"
	"bench/spec"
)

// conclude makes the study of a plan, writes its reports, and shows what was found. It gives the study.
func (e *env) conclude(c *cli.Context, p *runner.Plan) (study.Study, error) {
	s, err := e.study(c, p)
	if err != nil {
		return s, err
	}
	written, notWritten := e.writeReports(c, p.Module, s)
	if c.Bool("json") {
		err = e.line(studyLine{"study", time.Now().UTC(), s})
	} else {
		width, _ := isTerminal(e.stdout)
		err = concludeText(e.out, width, p.Module, s, written)
	}
	return s, cmp.Or(notWritten, err, mistaken(s))
}

// study makes the study of a plan, and tells of the mistakes in it. Those don't keep the rest from being told: see mistaken.
func (e *env) study(c *cli.Context, p *runner.Plan) (study.Study, error) {
	s, diags, err := study.Build(p, Version)
	if err == nil {
		err = e.diagnose(c, p.Module.Files, diags)
	}
	if err == nil {
		_ = e.diagnose(c, p.Module.Files, s.Mistakes)
		err = passedText(e.notes, s.PassedOver)
	}
	return s, err
}

// mistaken gives the exit code of a study of which a part could not be evaluated. It goes before those of checks and runs: what they
// say is incomplete.
func mistaken(s study.Study) error {
	if s.Mistakes.HasErrors() {
		return status(exitError)
	}
	return nil
}

// recorded makes the study of what the records hold, and tells which planned runs have no part in it.
func (e *env) recorded(c *cli.Context) (*spec.Module, study.Study, error) {
	p, err := e.plan(c)
	if err != nil {
		return nil, study.Study{}, err
	}
	s, err := e.study(c, p)
	if err != nil {
		return nil, s, err
	}
	return p.Module, s, staleText(e.notes, p)
}

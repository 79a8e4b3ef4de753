package main

import (
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
	written, err := e.writeReports(c, p.Module, s)
	if err != nil {
		return s, err
	}
	if c.Bool("json") {
		return s, e.line(s)
	}
	width, _ := isTerminal(e.stdout)
	return s, concludeText(e.out, width, p.Module, s, written)
}

// study makes the study of a plan.
func (e *env) study(c *cli.Context, p *runner.Plan) (study.Study, error) {
	s, diags, err := study.Build(p, Version)
	if err != nil {
		return s, err
	}
	return s, e.diagnose(c, p.Module.Files, diags)
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

package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"bench/agent"
	"bench/agent/load"
	"bench/runner"
	"bench/runner/table"
	"bench/spec"
)

// globalFlags are those of every command that reads or writes specs.
func globalFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "chdir", Usage: "`DIR` to go to first"},
		&cli.BoolFlag{Name: "json", Usage: "JSON on standard output, an object a line"},
		&cli.BoolFlag{Name: "no-color", Usage: "no colours; NO_COLOR in the environment says the same"},
	}, more...)
}

// moduleFlags are those of every command that reads a spec as a module.
func moduleFlags(more ...cli.Flag) []cli.Flag {
	return append(inputFlags(), globalFlags(more...)...)
}

func targetFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "target", Usage: "only what lies under `ADDRESS`; may be repeated"}
}

// planFlags are those of a command that looks at what is to run.
func planFlags(more ...cli.Flag) []cli.Flag {
	replace := &cli.StringSliceFlag{Name: "replace", Usage: "make what lies under `ADDRESS` again; may be repeated"}
	return moduleFlags(append([]cli.Flag{targetFlag(), replace}, more...)...)
}

// addresses is how -target and -replace are written, for the help of commands that have them.
const addresses = `An ADDRESS is experiment.NAME, experiment.NAME.config["CONFIGURATION"], or experiment.NAME.config["CONFIGURATION"].run[N].`

// changeFolder does what -chdir says.
func changeFolder(c *cli.Context) error {
	dir := c.String("chdir")
	if dir == "" {
		return nil
	}
	if err := os.Chdir(dir); err != nil {
		return fmt.Errorf("-chdir: %w", err)
	}
	return nil
}

// module reads the spec that the command's paths name, and tells what is wrong with it.
func (e *env) module(c *cli.Context, paths []string) (*spec.Module, error) {
	if err := changeFolder(c); err != nil {
		return nil, err
	}
	inputs, err := inputsOf(c)
	if err != nil {
		return nil, err
	}
	return e.load(c, paths, inputs)
}

// load reads the spec that some paths name with values of variables.
func (e *env) load(c *cli.Context, paths []string, inputs []spec.Input) (*spec.Module, error) {
	for _, path := range paths {
		if runner.IsPlanFile(path) {
			return nil, fmt.Errorf("%s is a plan file, which only bench apply takes; name the spec", path)
		}
		if err := runner.CheckSpecName(path); err != nil {
			return nil, err
		}
	}
	m, diags := spec.Load(paths, e.specOptions(inputs))
	if !diags.HasErrors() {
		diags = append(diags, table.Check(m)...)
		diags = append(diags, table.CheckData(m)...)
		diags = append(diags, checkReports(m)...)
	}
	return m, e.diagnose(c, m.Files, diags)
}

// specOptions says what a spec is read with beside the values of its variables.
func (e *env) specOptions(inputs []spec.Input) spec.Options {
	var classes []string
	for _, class := range agent.Classes {
		classes = append(classes, string(class))
	}
	var metrics []string
	for _, m := range load.Instrument() {
		metrics = append(metrics, m.Name)
	}
	return spec.Options{Inputs: inputs, Version: Version, Environ: e.environ, Classes: classes, Metrics: metrics, MetricsOf: table.MetricNames}
}

// plan reads the spec and plans what it asks for.
func (e *env) plan(c *cli.Context) (*runner.Plan, error) {
	m, err := e.module(c, c.Args().Slice())
	if err != nil {
		return nil, err
	}
	scope, err := scopeOf(c)
	if err != nil {
		return nil, err
	}
	return e.replan(c, m, scope)
}

func (e *env) replan(c *cli.Context, m *spec.Module, scope runner.Scope) (*runner.Plan, error) {
	p, diags, err := runner.NewPlan(m, scope)
	if err != nil {
		return nil, err
	}
	return p, e.diagnose(c, m.Files, diags)
}

func scopeOf(c *cli.Context) (scope runner.Scope, err error) {
	if scope.Only, err = addressesOf(c, "target"); err != nil {
		return scope, err
	}
	scope.Replace, err = addressesOf(c, "replace")
	return scope, err
}

func addressesOf(c *cli.Context, flag string) (spec.Addresses, error) {
	list, err := spec.ParseAddresses(c.StringSlice(flag))
	if err != nil {
		return nil, fmt.Errorf("-%s: %w", flag, err)
	}
	return list, nil
}

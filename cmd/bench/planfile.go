package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"bench/runner"
	"bench/spec"
)

// save writes the plan to the file that -out names, and gives the command that applies it.
func (e *env) save(c *cli.Context, p *runner.Plan) (apply string, err error) {
	paths := c.Args().Slice()
	if len(paths) == 0 {
		paths = []string{"."}
	}
	name := c.String("out")
	var again []spec.Input
	for _, variable := range p.Module.Withheld {
		again = append(again, spec.Input{Name: variable})
	}
	return commandLine(c, again, nil, []string{name}), p.Save(name, Version, paths)
}

// planFileAmong gives the path that is a plan file's, seen from the folder that -chdir names, or "".
func planFileAmong(c *cli.Context) string {
	for _, path := range c.Args().Slice() {
		seen := path
		if !filepath.IsAbs(path) {
			seen = filepath.Join(c.String("chdir"), path)
		}
		if runner.IsPlanFile(seen) {
			return path
		}
	}
	return ""
}

// savedPlan makes the plan again that a file holds, and refuses where it would be another one now. It gives the command as well by which
// an interrupted apply goes on: the file is out of date then.
func (e *env) savedPlan(c *cli.Context, name string) (p *runner.Plan, again string, err error) {
	if c.NArg() > 1 {
		return nil, "", fmt.Errorf("%s is a plan file, and holds the spec that it was made from: name no other path beside it", name)
	}
	for _, flag := range []string{"target", "replace"} {
		if c.IsSet(flag) {
			return nil, "", fmt.Errorf("-%s: %s is a plan file, which says what is made; plan again with -%s", flag, name, flag)
		}
	}
	if err := changeFolder(c); err != nil {
		return nil, "", err
	}
	f, err := runner.OpenPlanFile(name, Version)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	if err := f.CheckFiles(); err != nil {
		return nil, "", err
	}
	inputs, err := inputsFor(c, f)
	if err != nil {
		return nil, "", err
	}
	m, err := e.load(c, f.Sources(), inputs)
	if err != nil {
		return nil, "", err
	}
	if p, err = e.replan(c, m, f.Scope()); err != nil {
		return nil, "", err
	}
	return p, commandLine(c, inputs, f.Only, f.Sources()), f.Check(p)
}

// inputsFor puts the values together that a plan was made with: those that it holds, and sensitive ones, which are given again.
func inputsFor(c *cli.Context, f *runner.PlanFile) ([]spec.Input, error) {
	inputs, err := inputsOf(c)
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	for _, in := range inputs {
		if in.Name != "" && !slices.Contains(f.Withheld, in.Name) {
			return nil, fmt.Errorf("-var %s: %s is a plan file, and holds the values that it was made with; plan again for others", in.Name, f.Name)
		}
		given[in.Name] = true
	}
	var missing []string
	for _, name := range f.Withheld {
		if !given[name] && !given[""] { // a file may give any of them
			missing = append(missing, "-var "+name+"=VALUE")
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("%s was made with sensitive values, which a plan file does not hold: give them again, with %s", f.Name, strings.Join(missing, " "))
	}
	return append(inputs, f.Inputs...), nil
}

package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"bench/runner"
	"bench/runner/journal"
	"bench/spec"
)

func showCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "print the records of a run whole", ArgsUsage: "ADDRESS [PATH…]",
		Description: addresses + "\nWhere a run has no record that counts, those of its attempts that did not are printed.",
		Flags:       moduleFlags(),
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return errors.New(`show: name a run, as experiment.NAME.config["CONFIGURATION"].run[1]; bench runs lists them`)
			}
			address, err := spec.ParseAddress(c.Args().First())
			if err != nil {
				return fmt.Errorf("show: %w", err)
			}
			m, err := e.module(c, c.Args().Tail())
			if err != nil {
				return err
			}
			records, broken, err := recordsUnder(m, address)
			if err != nil {
				return err
			}
			for _, b := range broken {
				fmt.Fprintln(e.notes, b)
			}
			indent := "  "
			if c.Bool("json") {
				indent = ""
			}
			for _, r := range records {
				if err := e.json(r, indent); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// recordsUnder gives the records that count under an address, and where there is none the attempts that did not. Files below an
// experiment or a configuration that are no records are given beside them; that of the very run is an error.
func recordsUnder(m *spec.Module, address spec.Address) (records []journal.Record, broken []error, err error) {
	whole := spec.Address{Experiment: address.Experiment, Key: address.Key}
	var counted, others []journal.Record
	found := false
	var names []string
	for _, x := range m.Experiments {
		names = append(names, x.Address())
		if !whole.Contains(spec.Address{Experiment: x.Name, Key: x.Key}) {
			continue
		}
		found = true
		for r, err := range journal.All(runner.Folder(m, x)) {
			_, altered := errors.AsType[*journal.AlteredError](err)
			stray, isStray := errors.AsType[*journal.RecordError](err)
			switch {
			case isStray && address.Repeat == 0:
				broken = append(broken, err)
				continue
			case isStray && !address.Contains(addressOf(x, stray)):
				continue
			case err != nil && !altered:
				return nil, nil, err
			}
			switch {
			case !isUnder(r.Address, []spec.Address{address}):
			case r.State == journal.Counted || r.State == journal.Warmup:
				counted = append(counted, r)
			default:
				others = append(others, r)
			}
		}
	}
	if !found {
		return nil, nil, fmt.Errorf("show: there is no %s in this module.%s", whole, spec.DidYouMean(whole.String(), names))
	}
	if len(counted) > 0 {
		return counted, broken, nil
	}
	if len(others) == 0 {
		return nil, nil, fmt.Errorf("show: there is no record of %s; bench runs lists what there is", address)
	}
	return others, broken, nil
}

// addressOf gives the address of the run that a file would be of.
func addressOf(x *spec.Experiment, file *journal.RecordError) spec.Address {
	p, _ := file.Place()
	return spec.Address{Experiment: x.Name, Key: x.Key, Configuration: p.Configuration, Repeat: p.Repeat, Warmup: p.Warmup}
}

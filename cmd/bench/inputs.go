package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"bench/spec"
)

// An inputFlag is -var or -var-file. Both of a command keep what they are given in one list, since the last of all counts.
type inputFlag struct {
	name  string
	given *[]string // each behind the name of its flag and a space
}

// inputFlags are those that give variables values.
func inputFlags() []cli.Flag {
	var given []string
	return []cli.Flag{
		&cli.GenericFlag{Name: "var", Value: &inputFlag{"var", &given}, Usage: "`NAME=VALUE` gives a variable its value; may be repeated"},
		&cli.GenericFlag{Name: "var-file", Value: &inputFlag{"var-file", &given}, Usage: "`FILE` gives variables values, NAME = VALUE a line; may be repeated"},
	}
}

// Set takes whatever is given: what is wrong with it is told by inputsOf, which quotes no value.
func (f *inputFlag) Set(text string) error {
	*f.given = append(*f.given, f.name+" "+text)
	return nil
}

func (f *inputFlag) String() string { return "" }

// inputsOf gives what -var and -var-file were given, in the order of the command line.
func inputsOf(c *cli.Context) ([]spec.Input, error) {
	flag, ok := c.Generic("var").(*inputFlag)
	if !ok {
		return nil, nil
	}
	var inputs []spec.Input
	for _, given := range *flag.given {
		name, text, _ := strings.Cut(given, " ")
		if name == "var-file" {
			if text == "" {
				return nil, fmt.Errorf("-var-file: name the file")
			}
			inputs = append(inputs, spec.Input{File: text})
			continue
		}
		variable, value, ok := strings.Cut(text, "=")
		if !ok || variable == "" {
			return nil, fmt.Errorf("-var %s: write it as NAME=VALUE", leadingName(text))
		}
		inputs = append(inputs, spec.Input{Name: variable, Text: value})
	}
	return inputs, nil
}

// leadingName gives the name that a text begins with, and … for what follows: it may be a secret.
func leadingName(text string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
	rest := strings.TrimLeft(text, letters)
	if rest == "" {
		return text
	}
	return strings.TrimSuffix(text, rest) + "…"
}

// inputWords writes inputs as words of a command. Values are left out: they may be secrets.
func inputWords(inputs []spec.Input) []string {
	var words []string
	for _, in := range inputs {
		if in.Name == "" {
			words = append(words, "-var-file", quoted(in.File))
		} else {
			words = append(words, "-var", in.Name+"=…")
		}
	}
	return words
}

package spec

import (
	"fmt"
	"slices"
	"strconv"
)

// An Address names an experiment, a configuration of it, or one of its runs:
//
//	experiment.tr111
//	experiment.tr111.config["gpu60_ctx256_temp0p6"]
//	experiment.tr111.config["gpu60_ctx256_temp0p6"].run[2]
//	experiment.tr111.config["gpu60_ctx256_temp0p6"].warmup[1]
//	experiment.tr111["large"].config["gpu60_ctx256_temp0p6"].run[2]   of an instance that for_each made
//
// Addresses are comparable.
type Address struct {
	Experiment    string
	Key           string // of an instance; "" where the experiment has no for_each
	Configuration string // "" for the experiment itself
	Repeat        int    // 1, 2, …; 0 for the configuration itself
	Warmup        bool
}

var addressForm = pattern(`^experiment\.([A-Za-z_][\w-]*)(?:\[("(?:[^"\\]|\\.)+")\])?(?:\.config\["([\w+-]+)"\](?:\.(run|warmup)\[([1-9]\d*)\])?)?$`)

// ParseAddress reads what String writes.
func ParseAddress(s string) (Address, error) {
	m := addressForm().FindStringSubmatch(s)
	if m == nil {
		return Address{}, notAnAddress(s)
	}
	a := Address{Experiment: m[1], Configuration: m[3], Warmup: m[4] == "warmup"}
	if m[2] != "" {
		key, err := strconv.Unquote(m[2])
		if err != nil || strconv.Quote(key) != m[2] {
			return Address{}, notAnAddress(s)
		}
		a.Key = key
	}
	if m[5] != "" {
		n, err := strconv.Atoi(m[5])
		if err != nil {
			return Address{}, notAnAddress(s)
		}
		a.Repeat = n
	}
	return a, nil
}

func notAnAddress(s string) error {
	return fmt.Errorf(`%q is not an address: write experiment.NAME (with ["KEY"] behind it where it has for_each), experiment.NAME.config["CONFIGURATION"] or experiment.NAME.config["CONFIGURATION"].run[N], with N from 1`, s)
}

// Addresses are all that lies under one of them.
type Addresses []Address

// ParseAddresses reads what String writes of each. An error is that of the first which is none.
func ParseAddresses(texts []string) (Addresses, error) {
	var all Addresses
	for _, text := range texts {
		a, err := ParseAddress(text)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Contain says whether an address is one of these or lies under one.
func (all Addresses) Contain(b Address) bool {
	return slices.ContainsFunc(all, func(a Address) bool { return a.Contains(b) })
}

// String writes the address as a user types it.
func (a Address) String() string {
	s := Ref{Block: "experiment", Name: a.Experiment, Key: a.Key}.Address()
	if a.Configuration == "" {
		return s
	}
	s += `.config["` + a.Configuration + `"]`
	if a.Repeat == 0 {
		return s
	}
	return s + "." + a.Kind() + "[" + strconv.Itoa(a.Repeat) + "]"
}

// Kind is "run" or "warmup".
func (a Address) Kind() string {
	if a.Warmup {
		return "warmup"
	}
	return "run"
}

// File is the name that the run's files share: run_2, warmup_1.
func (a Address) File() string { return a.Kind() + "_" + strconv.Itoa(a.Repeat) }

// Contains says whether b is a or lies under it. An experiment without a key contains its instances.
func (a Address) Contains(b Address) bool {
	return a.Experiment == b.Experiment && (a.Key == "" || a.Key == b.Key) &&
		(a.Configuration == "" || a.Configuration == b.Configuration) &&
		(a.Repeat == 0 || a.Repeat == b.Repeat && a.Warmup == b.Warmup)
}

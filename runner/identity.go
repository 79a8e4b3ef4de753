package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"bench/agent"
	"bench/spec"
)

// Instrument is the version of the measuring. It is raised when a change of it makes figures differ, and then every earlier
// record is stale.
const Instrument = "1"

// identifier makes the identities of an experiment's runs. What is the same for many configurations is computed once.
type identifier struct {
	module     *spec.Module
	experiment *spec.Experiment
	digests    map[string]map[string]string // of ingests, by workload and name
}

func newIdentifier(m *spec.Module, e *spec.Experiment) *identifier {
	return &identifier{module: m, experiment: e, digests: map[string]map[string]string{}}
}

// A member is a configuration with what all its repeats share.
type member struct {
	configuration *spec.Configuration
	program       *spec.Program
	identity      map[string]string
	digests       map[string]string
}

func (i *identifier) member(c *spec.Configuration) (*member, hcl.Diagnostics, error) {
	program, diags := i.module.Program(*c)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	digests, err := i.ingests(program)
	if err != nil {
		return nil, nil, err
	}
	id := program.Identity()
	for name, digest := range digests {
		id["files of ingest "+name] = digest
	}
	for name, value := range c.Options {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, nil, fmt.Errorf("option %s: %w", name, err)
		}
		id["option "+name] = string(text)
	}
	server, target := i.module.Server(c.Server), i.module.Target(c.Target)
	id["model"] = c.Model
	id["server"] = server.Kind
	if server.Emulator != nil {
		for name, value := range fieldsOf(emulatorConfig(server.Emulator)) {
			id["emulator "+name] = value
		}
	}
	if len(server.Command) > 0 {
		id["command of the server"] = digestOf([]any{server.Command, server.Env}) // a digest, since env may hold what is secret
	}
	id["agent"] = "builtin " + i.module.Agent(c.Agent).Builtin + ", instrument " + Instrument
	id["isolation"] = i.experiment.Isolation.Model
	if pause := i.experiment.Isolation.Cooldown; pause > 0 {
		id["cooldown"] = pause.String()
	}
	id["target"] = target.Kind
	if target.CPUs != "" {
		id["cores"] = target.CPUs
	}
	for name, value := range target.Labels {
		id["label "+name] = fmt.Sprint(value)
	}
	return &member{configuration: c, program: program, identity: id, digests: digests}, nil, nil
}

// ingests reads each corpus of a workload once, for its digest.
func (i *identifier) ingests(p *spec.Program) (map[string]string, error) {
	if known, ok := i.digests[p.Workload]; ok {
		return known, nil
	}
	digests := map[string]string{}
	for _, in := range p.Ingests {
		_, measured, err := agent.IngestFiles(i.module.Dir, in.Name, in.Paths, in.MaxBytes)
		if err != nil {
			return nil, err
		}
		digests[in.Name] = measured.Digest
	}
	i.digests[p.Workload] = digests
	return digests, nil
}

// run gives one repeat of a member.
func (i *identifier) run(t turn) *Run {
	id := maps.Clone(t.member.identity)
	id["repeat"] = fmt.Sprint(t.repeat)
	if t.warmup {
		id["repeat"] = fmt.Sprint("warm-up ", t.repeat)
	}
	return &Run{
		Address:    spec.Address{Experiment: i.experiment.Name, Configuration: t.member.configuration.Name, Repeat: t.repeat, Warmup: t.warmup},
		Experiment: i.experiment, Configuration: t.member.configuration, Program: t.member.program,
		Identity: id, Hash: digestOf(id), digests: t.member.digests,
	}
}

// differences names each part of the identity that is not what it was.
func differences(old, new map[string]string) []Reason {
	both := maps.Clone(old)
	maps.Copy(both, new)
	var reasons []Reason
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if old[name] != new[name] {
			reasons = append(reasons, Reason{Kind: name, Old: orNone(old, name), New: orNone(new, name)})
		}
	}
	return reasons
}

func orNone(m map[string]string, name string) string {
	if v, ok := m[name]; ok {
		return v
	}
	return "(none)"
}

// brief shortens a digest to what tells it apart.
func brief(s string) string {
	if len(s) == sha256.Size*2 {
		return "sha256 " + s[:6] + "…"
	}
	return s
}

// fieldsOf gives the JSON of each field of a struct.
func fieldsOf(v any) map[string]string {
	text, err := json.Marshal(v)
	var fields map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		panic("runner: " + err.Error()) // a struct of numbers and strings
	}
	out := map[string]string{}
	for name, raw := range fields {
		out[name] = string(raw)
	}
	return out
}

// digestOf hashes the JSON of a value; maps are written in the order of their keys.
func digestOf(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("runner: " + err.Error()) // strings and numbers only
	}
	return Digest(text)
}

// Digest gives a SHA-256 in hexadecimal.
func Digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

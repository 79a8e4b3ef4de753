package runner

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"bench/agent"
	"bench/spec"
)

// The identity of a run is a set of parts, each a name and a text: the run is stale when one of them is another. Its hash covers
// the parts and nothing else. It is made in stages, so that of many runs little is hashed for each:
//
//	setup   SHA-256 of the parts that many configurations share, by name
//	member  SHA-256 of that and of the options, by name
//	run     SHA-256 of that and of the repeat
//
// A name and a text are hashed after their lengths (8 bytes each, big-endian), so that no two sets of parts give the same bytes.

// Instrument is the version of the measuring. It is raised when a change of it makes figures differ, and then every earlier
// record is stale.
const Instrument = "1"

// A Setup is what many configurations of an experiment share: who measures, where, with what.
type Setup struct {
	Agent, Server, Target, Work spec.Ref
	Model                       string
}

// A setup is a Setup with what follows from it.
type setup struct {
	Setup
	program *spec.Program
	digests map[string]string // of the ingests, by name
	shared  map[string]string // the parts of the identity but for the options and the repeat
	places  map[string]string // where some of them come from, by name
	digest  [sha256.Size]byte // of those
}

// An identifier makes the setups of an experiment, each once, and the digests of its members.
type identifier struct {
	module     *spec.Module
	experiment *spec.Experiment
	setups     []*setup
	known      map[Setup]int32
	last       int32                          // that was asked for: configurations that follow each other mostly share theirs
	ingests    map[spec.Ref]map[string]string // digests by workload and name

	names       []string // used again for each member
	parts, text []byte
}

func newIdentifier(m *spec.Module, e *spec.Experiment) *identifier {
	return &identifier{module: m, experiment: e, known: map[Setup]int32{}, ingests: map[spec.Ref]map[string]string{}}
}

// setup gives the number of a configuration's setup.
func (i *identifier) setup(c *spec.Configuration) (int32, hcl.Diagnostics, error) {
	key := Setup{c.Agent, c.Server, c.Target, c.Work, c.Model}
	if len(i.setups) > 0 && i.setups[i.last].Setup == key {
		return i.last, nil, nil
	}
	n, ok := i.known[key]
	if !ok {
		s, diags, err := i.newSetup(c, key)
		if diags.HasErrors() || err != nil {
			return 0, diags, err
		}
		n = int32(len(i.setups))
		i.setups, i.known[key] = append(i.setups, s), n
	}
	i.last = n
	return n, nil, nil
}

func (i *identifier) newSetup(c *spec.Configuration, key Setup) (*setup, hcl.Diagnostics, error) {
	program, diags := i.module.Program(*c)
	if diags.HasErrors() {
		return nil, diags, nil
	}
	digests, err := i.ingested(key.Work, program)
	if err != nil {
		return nil, nil, err
	}
	s := &setup{Setup: key, program: program, digests: digests, places: program.Places()}
	s.shared = i.shared(s)
	var parts []byte
	for _, name := range slices.Sorted(maps.Keys(s.shared)) {
		parts = appendPart(parts, name, s.shared[name])
	}
	s.digest = sha256.Sum256(parts)
	return s, nil, nil
}

// shared gives the parts that follow from a setup and from the experiment.
func (i *identifier) shared(s *setup) map[string]string {
	id := s.program.Identity()
	for name, digest := range s.digests {
		id["files of ingest "+name] = digest
	}
	server, target := i.module.Server(s.Server), i.module.Target(s.Target)
	id["model"] = s.Model
	id["server"] = server.Kind
	if server.Emulator != nil {
		for name, value := range fieldsOf(emulatorConfig(server.Emulator)) {
			id["emulator "+name] = value
		}
	}
	if len(server.Command) > 0 {
		id["command of the server"] = digestOf([]any{server.Command, server.Env}) // a digest, since env may hold what is secret
	}
	for name, fact := range map[string]spec.Fact{versionPart: {Of: s.Server}, modelPart: {Of: s.Server, Model: s.Model}} {
		if value := i.module.Lock.Value(fact); value != "" {
			id[name] = strings.TrimPrefix(value, spec.DigestName)
		}
	}
	id["agent"] = agentDigest(i.module.Agent(s.Agent))
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
	return id
}

// The parts that only a server knows. They are there where the lock knows them.
const (
	versionPart = "server version"
	modelPart   = "model digest"
)

// agentDigest gives what stands for an agent in an identity and in a lock.
func agentDigest(a *spec.Agent) string { return "builtin " + a.Builtin + ", instrument " + Instrument }

// ingested reads each corpus of a workload once, for its digest.
func (i *identifier) ingested(work spec.Ref, p *spec.Program) (map[string]string, error) {
	if known, ok := i.ingests[work]; ok {
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
	i.ingests[work] = digests
	return digests, nil
}

// What the parts of an identity are called that are a run's own.
const (
	optionPart = "option " // and the option's name; the text is the value's JSON
	repeatPart = "repeat"
)

// member gives the digest of what all repeats of a configuration share.
func (i *identifier) member(setup int32, options map[string]any) [sha256.Size]byte {
	i.names = slices.AppendSeq(i.names[:0], maps.Keys(options))
	slices.Sort(i.names)
	i.parts = append(i.parts[:0], i.setups[setup].digest[:]...)
	for _, name := range i.names {
		i.text = appendJSON(i.text[:0], options[name])
		i.parts = appendPart(i.parts, optionPart+name, i.text)
	}
	return sha256.Sum256(i.parts)
}

// hash gives the hash of a run of a member, in hexadecimal.
func (m *member) hash(t turn) string {
	sum := sha256.Sum256(appendPart(m.digest[:], repeatPart, t.repeatText()))
	return hex.EncodeToString(sum[:])
}

// identity gives the identity of a run as its record keeps it: a text by the name of each part.
func (s *setup) identity(options map[string]any, t turn) map[string]string {
	id := maps.Clone(s.shared)
	for name, value := range options {
		id[optionPart+name] = string(appendJSON(nil, value))
	}
	id[repeatPart] = t.repeatText()
	return id
}

func appendPart[T string | []byte](b []byte, name string, text T) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(name)))
	b = append(b, name...)
	b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
	return append(b, text...)
}

// differences names each part of the identity that is not what it was, with its place where that is known.
func differences(old, new, places map[string]string) []Reason {
	both := maps.Clone(old)
	maps.Copy(both, new)
	var reasons []Reason
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if old[name] != new[name] && !followsOrUnknown(name, old, new) {
			reasons = append(reasons, Reason{Kind: name, Old: orNone(old, name), New: orNone(new, name), Place: places[name]})
		}
	}
	return reasons
}

// followsOrUnknown says whether a part that only a server knows makes no difference of its own: it is not known on one side, as where
// there was no lock yet, or another model is asked for anyway.
func followsOrUnknown(name string, old, new map[string]string) bool {
	_, was := old[name]
	_, is := new[name]
	return (name == versionPart || name == modelPart) && was != is || name == modelPart && old["model"] != new["model"]
}

// hashOf gives the hash of a run by its identity.
func hashOf(id map[string]string) string {
	var shared, own []byte
	for _, name := range slices.Sorted(maps.Keys(id)) {
		switch {
		case name == repeatPart:
		case strings.HasPrefix(name, optionPart):
			own = appendPart(own, name, id[name])
		default:
			shared = appendPart(shared, name, id[name])
		}
	}
	setup := sha256.Sum256(shared)
	member := sha256.Sum256(append(setup[:], own...))
	return Digest(appendPart(member[:], repeatPart, id[repeatPart]))
}

func orNone(m map[string]string, name string) string {
	if v, ok := m[name]; ok {
		return v
	}
	return "(none)"
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

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

	"bench/spec"
)

// The identity of a run is a set of parts, each a name and a text: the run is stale when one of them is another. Its hash covers
// the parts and nothing else. It is made in stages, so that of many runs little is hashed for each:
//
//	setup   SHA-256 of the parts that many configurations share, by name
//	config  SHA-256 of that and of the options, by name
//	run     SHA-256 of that and of the repeat
//
// A name and a text are hashed after their lengths (8 bytes each, big-endian), so that no two sets of parts give the same bytes.
// Where several agents run at once, the name of a part that is one of theirs begins with "member NAME: ".

// Instrument is the version of the measuring. It is raised when a change of it makes figures differ, and then every earlier
// record is stale.
const Instrument = "2"

// together adds the parts of the identity that tell who runs at once, and who of them shares a server.
func (s *setup) together() {
	var names, shared []string
	byServer := map[spec.Ref][]string{}
	for _, m := range s.members {
		names = append(names, m.Member)
		byServer[m.Server] = append(byServer[m.Server], m.Member)
	}
	for _, sharers := range byServer {
		if len(sharers) > 1 {
			slices.Sort(sharers)
			shared = append(shared, strings.Join(sharers, " + "))
		}
	}
	slices.Sort(names)
	slices.Sort(shared)
	s.shared["members"] = strings.Join(names, ", ")
	if len(shared) > 0 {
		s.shared["members on one server"] = strings.Join(shared, ", ")
	}
}

// own gives the parts that follow from an agent's setup.
func (i *identifier) own(m *member) map[string]string {
	id := m.program.Identity()
	for name, digest := range m.digests {
		part := "files of ingest "
		if strings.Contains(name, ".") { // it is no ingest, but what a load reads
			part = "file of "
		}
		id[part+name] = digest
	}
	if m.program.Serving != nil {
		id["seed"] = fmt.Sprint(i.experiment.Seed)
	}
	server := i.module.Server(m.Server)
	id[modelNamePart] = m.Model
	id["server"] = server.Kind
	if server.API != "" && server.API != "generate" { // which it was before there was a choice
		id["api"] = server.API
	}
	if server.Emulator != nil {
		for name, value := range fieldsOf(emulatorConfig(server.Emulator)) {
			id[emulatorPart+name] = value
		}
	}
	if len(server.Command) > 0 {
		id[commandPart] = digestOf([]any{server.Command, server.Env}) // a digest, since env may hold what is secret
	}
	for name, fact := range map[string]spec.Fact{versionPart: {Of: m.Server}, modelPart: {Of: m.Server, Model: m.Model}} {
		if value := i.module.Lock.Value(fact); value != "" {
			id[name] = strings.TrimPrefix(value, spec.DigestName)
		}
	}
	id["agent"] = agentDigest(i.module.Agent(m.Agent))
	return id
}

// environs gives the parts that follow from the experiment and the target.
func (i *identifier) environs(where spec.Ref) map[string]string {
	id, target := map[string]string{}, i.module.Target(where)
	id["isolation"] = i.experiment.Isolation.Model
	if pause := i.experiment.Isolation.Cooldown; pause > 0 {
		id["cooldown"] = pause.String()
	}
	if most := i.experiment.Isolation.Memory; most > 0 {
		id["memory"] = mebibytes(most)
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

// memberPart begins the name of a part that is a member's.
const memberPart = "member "

// partOf gives the name of a part of a member, or of the only agent.
func partOf(member, part string) string {
	if member == "" {
		return part
	}
	return memberPart + member + ": " + part
}

// memberOf takes the name of a part apart again.
func memberOf(name string) (member, part string) {
	if rest, ok := strings.CutPrefix(name, memberPart); ok {
		if member, part, ok := strings.Cut(rest, ": "); ok {
			return member, part
		}
	}
	return "", name
}

// modelNamePart is the model as the spec names it.
const modelNamePart = "model"

// The parts that only a server knows. They are there where the lock knows them.
const (
	versionPart = "server version"
	modelPart   = "model digest"
)

// agentDigest gives what stands for an agent in an identity and in a lock.
func agentDigest(a *spec.Agent) string { return "builtin " + a.Builtin + ", instrument " + Instrument }

// What the parts of an identity are called that are a run's own.
const (
	optionPart = "option " // and the option's name; the text is the value's JSON
	repeatPart = "repeat"
)

// config gives the digest of what all repeats of a configuration share.
func (i *identifier) config(setup int32, c *spec.Configuration) [sha256.Size]byte {
	i.parts = append(i.parts[:0], i.setups[setup].digest[:]...)
	agents := c.Agents()
	slices.SortFunc(agents, func(a, b spec.MemberSetup) int {
		return strings.Compare(partOf(a.Name, optionPart), partOf(b.Name, optionPart))
	})
	for _, a := range agents {
		i.names = slices.AppendSeq(i.names[:0], maps.Keys(a.Options))
		slices.Sort(i.names)
		for _, name := range i.names {
			i.text = appendJSON(i.text[:0], a.Options[name])
			i.parts = appendPart(i.parts, partOf(a.Name, optionPart+name), i.text)
		}
	}
	return sha256.Sum256(i.parts)
}

// hash gives the hash of a run of a config, in hexadecimal.
func (c *config) hash(t turn) string {
	sum := sha256.Sum256(appendPart(c.digest[:], repeatPart, t.repeatText()))
	return hex.EncodeToString(sum[:])
}

// identity gives the identity of a run as its record keeps it: a text by the name of each part.
func (s *setup) identity(c *spec.Configuration, t turn) map[string]string {
	id := maps.Clone(s.shared)
	for _, a := range c.Agents() {
		for name, value := range a.Options {
			id[partOf(a.Name, optionPart+name)] = string(appendJSON(nil, value))
		}
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
			reasons = append(reasons, Reason{Kind: name, Old: orNone(old, name), New: orNone(new, name), Place: places[name]}.asWritten())
		}
	}
	return reasons
}

// followsOrUnknown says whether a part makes no difference of its own. One that only a server knows may not be known on one side, as
// where there was no lock yet, or another model is asked for anyway. Those of a member that is new, or gone, follow from that.
func followsOrUnknown(name string, old, new map[string]string) bool {
	_, was := old[name]
	_, is := new[name]
	member, part := memberOf(name)
	model := partOf(member, modelNamePart)
	_, before := old[model]
	_, after := new[model]
	switch {
	case member != "" && before != after:
		return true
	case part == modelPart && old[model] != new[model]:
		return true
	}
	return (part == versionPart || part == modelPart) && was != is
}

// hashOf gives the hash of a run by its identity.
func hashOf(id map[string]string) string {
	var shared, own []byte
	for _, name := range slices.Sorted(maps.Keys(id)) {
		_, part := memberOf(name)
		switch {
		case name == repeatPart:
		case strings.HasPrefix(part, optionPart):
			own = appendPart(own, name, id[name])
		default:
			shared = appendPart(shared, name, id[name])
		}
	}
	setup := sha256.Sum256(shared)
	config := sha256.Sum256(append(setup[:], own...))
	return Digest(appendPart(config[:], repeatPart, id[repeatPart]))
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

package runner

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"bench/agent"
	"bench/spec"
)

// A Setup is what an agent shares in many configurations of an experiment: who measures, where, with what.
type Setup struct {
	Member                      string // its name among agents that run at once; "" for the only one
	Agent, Server, Target, Work spec.Ref
	Model                       string
}

// A member is one of the agents of a run, with what follows from its setup. The only one has no name.
type member struct {
	Setup
	program *spec.Program
	digests map[string]string // of the ingests, by name
	own     map[string]string // the parts of the identity that are this agent's, but for the options; by name
}

// A setup is what many configurations of an experiment share.
type setup struct {
	members []*member         // never empty; all on one target
	shared  map[string]string // the parts of the identity but for the options and the repeat
	places  map[string]string // where some of them come from, by name
	digest  [sha256.Size]byte // of those
}

func (s *setup) target() spec.Ref { return s.members[0].Target }

// servers gives those of its members, each once.
func (s *setup) servers() []spec.Ref {
	var servers []spec.Ref
	for _, m := range s.members {
		if !slices.Contains(servers, m.Server) {
			servers = append(servers, m.Server)
		}
	}
	return servers
}

// isAlone says whether there is one agent only.
func (s *setup) isAlone() bool { return s.members[0].Member == "" }

// isSpared says whether a member before the i-th one brings the model of both into its state, which is that of a server's memory.
func (s *setup) isSpared(i int, urls []string) bool {
	for j, m := range s.members[:i] {
		if urls[j] == urls[i] && m.Model == s.members[i].Model {
			return true
		}
	}
	return false
}

// An identifier makes the setups of an experiment, each once, and the digests of its configs.
type identifier struct {
	module     *spec.Module
	experiment *spec.Experiment
	setups     []*setup
	known      map[string]int32 // by the numbers of their members
	last       int32            // that was asked for: configurations that follow each other mostly share theirs
	members    []*member
	number     map[Setup]int                  // of a member
	ingests    map[spec.Ref]map[string]string // digests by workload and name

	key         []byte // used again for each config
	names       []string
	parts, text []byte
}

func newIdentifier(m *spec.Module, e *spec.Experiment) *identifier {
	return &identifier{module: m, experiment: e, known: map[string]int32{}, number: map[Setup]int{}, ingests: map[spec.Ref]map[string]string{}}
}

// setup gives the number of a configuration's setup.
func (i *identifier) setup(c *spec.Configuration) (int32, hcl.Diagnostics, error) {
	if len(c.Members) == 0 && len(i.setups) > 0 && i.setups[i.last].members[0].Setup == (Setup{"", c.Agent, c.Server, c.Target, c.Work, c.Model}) {
		return i.last, nil, nil
	}
	i.key = i.key[:0]
	var members []*member
	for _, a := range c.Agents() {
		n, diags, err := i.member(a, c.Target)
		if diags.HasErrors() || err != nil {
			return 0, diags, err
		}
		i.key = binary.AppendUvarint(i.key, uint64(n))
		members = append(members, i.members[n])
	}
	n, ok := i.known[string(i.key)]
	if !ok {
		n = int32(len(i.setups))
		i.setups = append(i.setups, i.newSetup(members))
		i.known[string(i.key)] = n
	}
	i.last = n
	return n, nil, nil
}

// member gives the number of an agent with its setup.
func (i *identifier) member(a spec.MemberSetup, target spec.Ref) (int, hcl.Diagnostics, error) {
	key := Setup{a.Name, a.Agent, a.Server, target, a.Work, a.Model}
	if n, ok := i.number[key]; ok {
		return n, nil, nil
	}
	program, diags := i.module.Program(a.Work)
	if diags.HasErrors() {
		return 0, diags, nil
	}
	digests, err := i.ingested(key.Work, program)
	if err != nil {
		return 0, nil, err
	}
	m := &member{Setup: key, program: program, digests: digests}
	m.own = i.own(m)
	n := len(i.members)
	i.members = append(i.members, m)
	i.number[key] = n
	return n, nil, nil
}

func (i *identifier) newSetup(members []*member) *setup {
	s := &setup{members: members, shared: i.environs(members[0].Target), places: map[string]string{}}
	for _, m := range members {
		for name, text := range m.own {
			s.shared[partOf(m.Member, name)] = text
		}
		for name, place := range i.placesOf(m) {
			s.places[partOf(m.Member, name)] = place
		}
	}
	if !s.isAlone() {
		s.together()
	}
	var parts []byte
	for _, name := range slices.Sorted(maps.Keys(s.shared)) {
		parts = appendPart(parts, name, s.shared[name])
	}
	s.digest = sha256.Sum256(parts)
	return s
}

// ingested reads each corpus of a workload once, and each file that its load reads, for their digests.
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
	for _, file := range p.Serving.Files() {
		hashed, err := agent.HashFiles(i.module.Dir, file.Name, []string{file.Path})
		if err != nil {
			return nil, err
		}
		digests[file.Name] = hashed.Digest
	}
	i.ingests[work] = digests
	return digests, nil
}

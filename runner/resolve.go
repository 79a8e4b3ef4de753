package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"bench/agent"
	"bench/agent/emulator"
	"bench/runner/journal"
	"bench/runner/scrub"
	"bench/spec"
)

// A Resolution is what was found out of all that a plan depends on and its spec does not say.
type Resolution struct {
	Lock       *spec.Lock   // what is known now; without the blocks that are gone, where the module is all there is in its folder
	Changes    []Change     // from the module's lock, in the order of the file
	Unresolved []Unresolved // what was asked for in vain; the lock keeps what it knew of that
}

// A Change is a fact that is not what the lock says.
type Change struct {
	Fact     spec.Fact
	Old, New string // Old is "" where the lock did not know it
}

// String tells the change as old → new, digests by what tells them apart.
func (c Change) String() string {
	return fmt.Sprintf("%s: %s → %s", c.Fact, shortened(c.Old), shortened(c.New))
}

// shortened shortens a value of a lock.
func shortened(value string) string {
	if value == "" {
		return "(none)"
	}
	return brief(strings.TrimPrefix(value, spec.DigestName))
}

// Unresolved is a fact that could not be found out.
type Unresolved struct {
	Fact spec.Fact
	Err  error
}

// Resolve finds out what the lock of the plan's module is to know: of its agents and datasets, and of the servers that the runs to
// make need, or with all those of any run. Servers are started where they have to be, unless servers is nil, which starts none. What
// another apply has under way is left out, and an error where there is nothing else; ErrStopped is one where the context has ended.
func Resolve(ctx context.Context, p *Plan, servers *Servers, all bool) (*Resolution, error) {
	r := &resolver{module: p.Module, servers: servers, secrets: secretsOf(p.Module), found: &Resolution{Lock: p.Module.Lock.Clone()}}
	sections := slices.DeleteFunc(slices.Clone(p.sections), func(s *section) bool { return !s.isAsked(all) })
	if servers != nil {
		free, letGo, err := hold(sections)
		if err != nil {
			return nil, err
		}
		defer letGo()
		sections = free
	}
	for _, need := range slices.Backward(needs(sections, all)) { // so that the server which the first run needs is left running
		r.ask(ctx, need)
		if ctx.Err() != nil {
			return nil, ErrStopped
		}
	}
	r.look(p)
	if p.Module.Whole {
		r.found.Lock.KeepOnly(p.Module)
	}
	r.compare()
	return r.found, nil
}

// Drift gives what can be seen without asking anyone of how things are no longer as the lock of the plan's module says: agents, and data.
func Drift(p *Plan) []Change {
	r := &resolver{module: p.Module, found: &Resolution{Lock: p.Module.Lock.Clone()}}
	r.look(p)
	r.compare()
	return slices.DeleteFunc(r.found.Changes, func(c Change) bool { return c.Old == "" })
}

// look notes what is known without asking.
func (r *resolver) look(p *Plan) {
	for _, a := range p.agents() {
		r.note(spec.Fact{Of: a.Ref}, agentDigest(a))
	}
	for _, d := range p.Module.Datasets {
		if d.Digest != "" {
			r.note(spec.Fact{Of: d.Ref}, spec.DigestName+d.Digest)
		}
	}
}

// compare notes what is not as the lock of the module says.
func (r *resolver) compare() {
	for _, f := range r.found.Lock.Facts() {
		if old, now := r.module.Lock.Value(f), r.found.Lock.Value(f); old != now {
			r.found.Changes = append(r.found.Changes, Change{f, old, now})
		}
	}
}

// agents lists the builtin ones of the module, and the one that an experiment has which names none.
func (p *Plan) agents() []*spec.Agent {
	agents := slices.DeleteFunc(slices.Clone(p.Module.Agents), func(a *spec.Agent) bool { return a.Builtin == "" })
	listed := map[spec.Ref]bool{}
	for _, a := range agents {
		listed[a.Ref] = true
	}
	for _, s := range p.sections {
		for _, setup := range s.setups {
			for _, m := range setup.members {
				if !listed[m.Agent] {
					listed[m.Agent], agents = true, append(agents, p.Module.Agent(m.Agent))
				}
			}
		}
	}
	return agents
}

// A need is a server with the models that are asked of it.
type need struct {
	server spec.Ref
	models []string
	asked  map[string]bool // of these
	folder string          // for its log
}

// isAsked says whether a run is to make, or with all whether there is one in the scope.
func (s *section) isAsked(all bool) bool {
	return slices.ContainsFunc(s.turns, func(t turn) bool { return t.isTodo() || all && t.why != outOfScope })
}

// hold keeps other applies out of the folders of experiments: a server that is started now must not disturb their runs. It gives the
// experiments that are free, and an error where none is.
func hold(sections []*section) (free []*section, letGo func(), err error) {
	var held []func()
	letGo = func() {
		for _, letGo := range held {
			letGo()
		}
	}
	var busy []error
	for _, s := range sections {
		one, err := journal.Hold(s.plan.Folder(s.experiment), hostname())
		if err != nil {
			busy = append(busy, fmt.Errorf("%s: %w", s.experiment.Address(), Advise(err)))
			continue
		}
		free, held = append(free, s), append(held, one)
	}
	if len(free) == 0 && len(busy) > 0 {
		return nil, nil, errors.Join(busy...)
	}
	return free, letGo, nil
}

// needs lists the servers that the runs to make need, or with all any run of the scope, in the order of the runs.
func needs(sections []*section, all bool) []*need {
	var needs []*need
	of := map[spec.Ref]*need{}
	for _, s := range sections {
		seen := make([]bool, len(s.setups))
		for _, t := range s.turns {
			i := s.configs[t.config].setup
			if seen[i] || t.why == outOfScope || !all && !t.isTodo() {
				continue
			}
			seen[i] = true
			for _, m := range s.setups[i].members {
				n := of[m.Server]
				if n == nil {
					n = &need{server: m.Server, asked: map[string]bool{}, folder: s.plan.Folder(s.experiment)}
					of[m.Server], needs = n, append(needs, n)
				}
				n.ask(m.Model)
			}
		}
	}
	return needs
}

// ask adds a model, once.
func (n *need) ask(model string) {
	if !n.asked[model] {
		n.asked[model], n.models = true, append(n.models, model)
	}
}

// A resolver collects facts.
type resolver struct {
	module  *spec.Module
	servers *Servers
	secrets *scrub.Scrubber
	found   *Resolution
}

func (r *resolver) note(f spec.Fact, value string) {
	if !r.found.Lock.Set(f, value) {
		r.miss(f, fmt.Errorf("what it says of itself can't be kept: %.80q", value))
	}
}

func (r *resolver) miss(f spec.Fact, err error) {
	if said := err.Error(); r.secrets.Text(said) != said {
		err = errors.New(r.secrets.Text(said))
	}
	r.found.Unresolved = append(r.found.Unresolved, Unresolved{f, err})
}

// ask asks a server for its version, and for the digests of models. One that is not there is not asked a second time.
func (r *resolver) ask(ctx context.Context, n *need) {
	server, version := r.module.Server(n.server), spec.Fact{Of: n.server}
	if server.Emulator != nil {
		r.emulated(server, n)
		return
	}
	url, done, err := r.reach(ctx, server, n.folder)
	if err != nil {
		r.miss(version, err)
		return
	}
	defer done()
	client, err := agent.NewClient(endpoint(server, url))
	if err != nil {
		r.miss(version, err)
		return
	}
	defer client.Close()
	is, fault := client.Version(ctx)
	if fault != nil {
		r.miss(version, fault)
		return
	}
	if is != "" {
		r.note(version, printable(r.secrets.Text(is)))
	}
	for _, name := range n.models {
		f := spec.Fact{Of: n.server, Model: name}
		if model, fault := client.Model(ctx, name); fault != nil {
			r.miss(f, fault)
		} else if model.Digest != "" {
			r.note(f, spec.DigestName+r.secrets.Text(model.Digest))
		}
	}
}

// reach gives where a server listens, and what to call when nobody asks it any more.
func (r *resolver) reach(ctx context.Context, server *spec.Server, folder string) (url string, done func(), err error) {
	if r.servers == nil {
		return server.URL, func() {}, nil
	}
	if len(server.Command) > 0 {
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return "", nil, err
		}
	}
	tell := r.servers.Tell
	if tell == nil {
		tell = func(Event) {}
	}
	return r.servers.use(ctx, server.Ref, folder, tell)
}

// emulated notes what the embedded server would say: it need not be started for that.
func (r *resolver) emulated(server *spec.Server, n *need) {
	e, err := emulator.New(emulatorConfig(server.Emulator))
	if err != nil {
		r.miss(spec.Fact{Of: n.server}, err)
		return
	}
	r.note(spec.Fact{Of: n.server}, emulator.Version)
	for _, name := range n.models {
		f := spec.Fact{Of: n.server, Model: name}
		if digest, ok := e.Digest(name); ok {
			r.note(f, spec.DigestName+digest)
		} else {
			r.miss(f, errors.New("the emulator has no model of that name"))
		}
	}
}

// printable gives a version in a form that can be kept, compared and shown: "" where it has none.
func printable(version string) string {
	const most = 100 // bytes
	odd := func(c rune) bool { return c < ' ' || c > '~' }
	if len(version) > most || strings.ContainsFunc(version, odd) {
		return ""
	}
	return version
}

package runner

import (
	"errors"
	"strconv"

	"bench/runner/journal"
	"bench/spec"
)

// A Run is one planned run. It is used from one goroutine at a time.
type Run struct {
	Address    spec.Address
	Experiment *spec.Experiment
	Position   int    // in the experiment's order, from 1
	Hash       string // of the identity
	UpToDate   bool
	Reasons    []Reason // why it has to be made; none where it is up to date

	config        *config
	setup         *setup
	turn          turn
	configuration *spec.Configuration // once somebody has asked
}

// A config is a configuration, as far as a plan keeps it.
type config struct {
	name   string
	number int32    // by which its experiment gives it again
	setup  int32    // of the section's
	digest [32]byte // of the identity of its runs, but for the repeat
}

// A turn is one run of a config.
type turn struct {
	config int32 // of the section's
	repeat int32 // from 1
	warmup bool
	why    why
}

// isTodo says whether the run has to be made.
func (t turn) isTodo() bool { return t.why != upToDate && t.why != outOfScope }

// repeatText tells the repeat in an identity.
func (t turn) repeatText() string {
	n := strconv.Itoa(int(t.repeat))
	if t.warmup {
		return "warm-up " + n
	}
	return n
}

// Configuration gives what the run is made with.
func (r *Run) Configuration() *spec.Configuration {
	if r.configuration == nil {
		c := r.Experiment.At(int(r.config.number))
		r.configuration = &c
	}
	return r.configuration
}

// Target gives where the run is made.
func (r *Run) Target() spec.Ref { return r.setup.target() }

// Fits says whether a record is one of the run as it is planned.
func (r *Run) Fits(rec *journal.Record) bool {
	return rec.Hash == r.Hash || len(differences(rec.Identity, r.Identity(), nil)) == 0 && hashOf(rec.Identity) == rec.Hash
}

// Identity gives what makes the run stale when it changes: a text by the name of each part.
func (r *Run) Identity() map[string]string {
	return r.setup.identity(r.Configuration(), r.turn)
}

// A Register finds the runs of one experiment by their places, warm-ups too. It keeps some 30 bytes of each, and puts a run together
// when it is found.
type Register struct {
	section *section
	configs map[string]int32
	at      map[turn]int32 // the place in the order of each turn, which has no why here
}

// Register makes that of an experiment's runs.
func (p *Plan) Register(e *spec.Experiment) *Register {
	return p.section(e).register(func(t turn) bool { return t.why != outOfScope })
}

func (s *section) register(wanted func(turn) bool) *Register {
	r := &Register{section: s, configs: make(map[string]int32, len(s.configs)), at: make(map[turn]int32, len(s.turns))}
	for i, c := range s.configs {
		r.configs[c.name] = int32(i)
	}
	for i, t := range s.turns {
		if wanted(t) {
			t.why = 0
			r.at[t] = int32(i)
		}
	}
	return r
}

// Find gives the run of a place; nil where none is planned there, or one of another address.
func (r *Register) Find(place journal.Place, address string) *Run {
	if run := r.At(place); run != nil && run.Address.String() == address {
		return run
	}
	return nil
}

// At gives the run that is planned at a place; nil where none is.
func (r *Register) At(place journal.Place) *Run {
	if i, ok := r.index(place); ok {
		return r.section.run(i)
	}
	return nil
}

// index gives the place in the order of the run that is planned at a place.
func (r *Register) index(place journal.Place) (i int, ok bool) {
	config, ok := r.configs[place.Configuration]
	if !ok {
		return 0, false
	}
	at, ok := r.at[turn{config: config, repeat: int32(place.Repeat), warmup: place.Warmup}]
	return int(at), ok && int(r.section.turns[at].repeat) == place.Repeat
}

// IsStray says whether an error is that of a file which is no record, and from which no planned run is missing: somebody put it there,
// or copied it. Whoever reads records passes over it, and tells of it.
func (r *Register) IsStray(err error) bool {
	broken, ok := errors.AsType[*journal.RecordError](err)
	if !ok {
		return false
	}
	place, counts := broken.Place()
	return !counts || r.At(place) == nil
}

package runner

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A Reason says why a run has to be made.
type Reason struct {
	Kind  string `json:"kind"` // NoRecord, AskedFor, Altered, or the part of the identity that changed
	Old   string `json:"old,omitempty"`
	New   string `json:"new,omitempty"`
	Place string `json:"place,omitempty"` // of the expression: FILE:LINE, and the files that it reads
}

// Kinds of reasons beside the parts of an identity.
const (
	NoRecord = "no record yet"
	AskedFor = "asked for by -replace"
	Altered  = "its record was altered"
)

// Title tells the reason without the values: `prompt of step report changed`.
func (r Reason) Title() string {
	if r.Old == "" && r.New == "" {
		return r.Kind
	}
	return r.Kind + " changed"
}

// String tells the reason in words, digests by what tells them apart.
func (r Reason) String() string {
	if r.Old == "" && r.New == "" {
		return r.Kind
	}
	text := fmt.Sprintf("%s: %s → ", r.Title(), brief(r.Old))
	if isDigest(r.Old) {
		text += strings.TrimPrefix(brief(r.New), digestName)
	} else {
		text += brief(r.New)
	}
	if r.Place != "" {
		text += " (" + r.Place + ")"
	}
	return text
}

// What the parts of an identity are called that follow from the block of a server.
const (
	emulatorPart = "emulator " // and the field of its configuration; the text is the value's JSON
	commandPart  = "command of the server"
)

// asWritten tells of a time of an emulator as the spec has it: by its name there, and with a unit.
func (r Reason) asWritten() Reason {
	if name, ok := strings.CutSuffix(r.Kind, "_ns"); ok && strings.Contains(name, emulatorPart) {
		r.Kind, r.Old, r.New = name, withUnit(r.Old), withUnit(r.New)
	}
	return r
}

// withUnit writes nanoseconds as a spec does. What is no number stays.
func withUnit(text string) string {
	ns, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	return time.Duration(ns).String()
}

// placesOf tells where parts of an agent's identity come from: expressions of its workload, and the block of its server.
func (i *identifier) placesOf(m *member) map[string]string {
	places := m.program.Places()
	at := i.module.Server(m.Server).Range
	for name := range m.own {
		if strings.HasPrefix(name, emulatorPart) || name == commandPart {
			places[name] = fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Start.Line)
		}
	}
	return places
}

const digestName = "sha256 "

// brief shortens a digest.
func brief(s string) string {
	if isDigest(s) {
		return digestName + s[:6] + "…"
	}
	return s
}

func isDigest(s string) bool { return len(s) == sha256.Size*2 }

// A why is a list of reasons, by its place in a plan's table: 100 000 runs have few different ones.
type why int32

// The lists that every table has, in this order.
const (
	upToDate why = iota // no reason at all
	noRecord
	askedFor
	altered

	outOfScope why = -1 // the run is not part of the plan
)

// A reasonTable keeps the lists of reasons of a plan, each once.
type reasonTable struct {
	mu    sync.Mutex
	lists [][]Reason
	known map[string]why
}

func newReasonTable() *reasonTable {
	return &reasonTable{
		lists: [][]Reason{nil, {{Kind: NoRecord}}, {{Kind: AskedFor}}, {{Kind: Altered}}},
		known: map[string]why{},
	}
}

// note keeps a list.
func (t *reasonTable) note(list []Reason) why {
	var key strings.Builder
	for _, r := range list {
		fmt.Fprintf(&key, "%q %q %q ", r.Kind, r.Old, r.New)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	w, ok := t.known[key.String()]
	if !ok {
		w = why(len(t.lists))
		t.known[key.String()] = w
		t.lists = append(t.lists, list)
	}
	return w
}

// of gives a list again. It is not to be changed.
func (t *reasonTable) of(w why) []Reason {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lists[w]
}

package runner

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/google/renameio/v2"

	"bench/runner/journal"
	"bench/spec"
)

// A plan file is a line of text that says what it is, then gzip of JSON lines, in this order:
//
//	{"schema": 1, …}                                          one: its Origin
//	{"file": NAME, "sha256": …, "text": …}                    each file of the spec, and those that belong to it
//	{"input": PATH, "sha256": …}                              each file that the spec refers to; no digest where only its name counts
//	{"address": …, "hash": …, "action": "run"}                each run, in order
//
// Files and inputs are sorted by name. A file of values is none of them: what it gives stands in the origin. Nothing in it depends on the
// clock, on the machine, or on where the folder lies.

// planMagic is how every plan file begins.
const planMagic = "bench plan\n"

// planSchema is the version of the form.
const planSchema = 1

// An Origin says what a plan was made from, beside files.
type Origin struct {
	Schema     int          `json:"schema"`
	Tool       string       `json:"tool"`                // version of bench
	Instrument string       `json:"instrument"`          // version of the measuring
	Dir        string       `json:"dir"`                 // the module's folder, relative to the plan file's
	Paths      []string     `json:"paths"`               // of the spec, relative to Dir, sorted
	Inputs     []spec.Input `json:"inputs"`              // values of variables, without sensitive ones
	Withheld   []string     `json:"sensitive,omitempty"` // variables that the command line gave values which are not kept
	Only       []string     `json:"only,omitempty"`      // what the plan is limited to, addresses
	Replace    []string     `json:"replace,omitempty"`   // what is made again, addresses
}

type fileLine struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Text   string `json:"text,omitempty"`
}

type inputLine struct {
	Input  string `json:"input"`
	SHA256 string `json:"sha256,omitempty"`
}

type runLine struct {
	Address string `json:"address"`
	Hash    string `json:"hash"`
	Action  string `json:"action"`            // run, or none where it is up to date
	Attempt int    `json:"attempt,omitempty"` // of the record that is to be replaced
}

// Save writes the plan to a file, in one step. The paths are those that name the spec.
func (p *Plan) Save(name, tool string, paths []string) error {
	if err := isPlanOrNothing(name); err != nil {
		return err
	}
	o := Origin{
		Schema: planSchema, Tool: tool, Instrument: Instrument, Inputs: append([]spec.Input{}, p.Module.Inputs...), Withheld: p.Module.Withheld,
		Only: texts(p.scope.Only), Replace: texts(p.scope.Replace),
	}
	var err error
	if o.Dir, err = relative(filepath.Dir(name), p.Module.Dir); err != nil {
		return err
	}
	for _, path := range paths {
		path, err = relative(p.Module.Dir, path)
		if err != nil {
			return err
		}
		o.Paths = append(o.Paths, path)
	}
	slices.Sort(o.Paths) // in whatever order they were named, they make up the same module
	o.Paths = slices.Compact(o.Paths)
	f, err := renameio.NewPendingFile(name, renameio.WithPermissions(0o600), renameio.WithExistingPermissions())
	if err != nil {
		return planNotWritten(name, err)
	}
	defer func() { _ = f.Cleanup() }() // does nothing where the file took its place
	if err := p.write(f, o); err != nil {
		return planNotWritten(name, err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return planNotWritten(name, err)
	}
	return nil
}

func planNotWritten(name string, err error) error {
	if at, ok := errors.AsType[*os.PathError](err); ok && at.Path != name {
		err = at.Err // the path is that of a file which nobody knows
	}
	return fmt.Errorf("the plan can't be written to %s: %w", name, err)
}

// isPlanOrNothing refuses to replace a file that is no plan: a spec, say, that was meant as the path.
func isPlanOrNothing(name string) error {
	info, err := os.Stat(name)
	if err != nil || info.Size() == 0 && info.Mode().IsRegular() || IsPlanFile(name) {
		return nil // what keeps a file from being written there is told by who writes
	}
	return fmt.Errorf("%s is there already, and it is no plan: take another name, or remove it", name)
}

// relative gives a path from a folder, with slashes.
func relative(from, to string) (string, error) {
	from, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	if to, err = filepath.Abs(to); err != nil {
		return "", err
	}
	path, err := filepath.Rel(from, to)
	return filepath.ToSlash(path), err
}

func texts(addresses spec.Addresses) []string {
	out := []string{}
	for _, a := range addresses {
		out = append(out, a.String())
	}
	return out
}

// write writes everything behind an origin.
func (p *Plan) write(w io.Writer, o Origin) error {
	if _, err := io.WriteString(w, planMagic); err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(z, 1<<16)
	lines := json.NewEncoder(b)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(o); err != nil {
		return err
	}
	names, err := specFiles(p.Module)
	if err != nil {
		return err
	}
	for _, name := range names {
		line, err := fileOf(p.Module, name)
		if err != nil {
			return err
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	inputs, err := inputsOf(p.Module)
	if err != nil {
		return err
	}
	for _, in := range inputs {
		if err := lines.Encode(in); err != nil {
			return err
		}
	}
	for line, err := range p.runLines() {
		if err != nil {
			return err
		}
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return errors.Join(b.Flush(), z.Close())
}

// specFiles names the files of the module's folder that make it up, sorted: those of the spec, and those that belong to it.
func specFiles(m *spec.Module) ([]string, error) {
	var names []string
	for _, source := range m.Sources {
		names = append(names, filepath.Base(source))
	}
	entries, err := os.ReadDir(m.Dir)
	for _, e := range entries {
		if spec.Belongs(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// fileOf describes a file of the spec as the module has read it.
func fileOf(m *spec.Module, name string) (fileLine, error) {
	path := filepath.Join(m.Dir, name)
	if f, ok := m.Files[path]; ok {
		return newFileLine(name, f.Bytes), nil
	}
	content, err := os.ReadFile(path)
	return newFileLine(name, content), err
}

func newFileLine(name string, content []byte) fileLine {
	line := fileLine{File: name, SHA256: Digest(content)}
	if strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".json") {
		text, _ := spec.Redact(name, content)
		line.Text = strings.Join(text, "\n")
	}
	return line
}

// inputsOf lists the files that a module refers to, by their names: those that its functions read, the corpora of its workloads, its
// datasets and the templates of its reports.
func inputsOf(m *spec.Module) ([]inputLine, error) {
	digests := m.Reads()
	var whole []string
	for _, w := range m.Workloads {
		for _, in := range w.Ingests {
			whole = append(whole, in.Paths...)
		}
	}
	for _, d := range m.Datasets {
		whole = append(whole, d.Paths...)
	}
	root, err := os.OpenRoot(m.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, r := range m.Reports {
		if info, err := root.Stat(r.Template); err == nil && info.Mode().IsRegular() { // else it is a built-in
			whole = append(whole, r.Template)
		}
	}
	for _, name := range whole {
		if digests[name] != "" {
			continue
		}
		if digests[name], err = digestIn(root, name); err != nil {
			return nil, err
		}
	}
	inputs := make([]inputLine, 0, len(digests))
	for name, digest := range digests {
		inputs = append(inputs, inputLine{name, digest})
	}
	slices.SortFunc(inputs, func(a, b inputLine) int { return strings.Compare(a.Input, b.Input) })
	return inputs, nil
}

// digestIn hashes a file of a folder, and nothing outside of it.
func digestIn(root *os.Root, name string) (string, error) {
	f, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// runLines gives the line of each run, in order; it is good until the next.
func (p *Plan) runLines() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var b []byte
		for _, s := range p.sections {
			attempts, err := s.replaced()
			if err != nil {
				yield(nil, err)
				return
			}
			for r := range s.runs(func(turn) bool { return true }) {
				b = r.appendLine(b[:0], attempts[r.Position-1])
				if !yield(b, nil) {
					return
				}
			}
		}
	}
}

func (r *Run) appendLine(b []byte, attempt int) []byte {
	b = appendQuoted(append(b, `{"address":`...), r.Address.String())
	b = appendQuoted(append(b, `,"hash":`...), r.Hash)
	action := "run"
	if r.UpToDate {
		action = "none"
	}
	b = appendQuoted(append(b, `,"action":`...), action)
	if attempt > 0 {
		b = strconv.AppendInt(append(b, `,"attempt":`...), int64(attempt), 10)
	}
	return append(b, "}\n"...)
}

// replaced gives the attempts of the records that are to be replaced, by the places of their runs: once replaced, a run is not to be
// made another time by the same plan.
func (s *section) replaced() (map[int]int, error) {
	if !slices.ContainsFunc(s.turns, func(t turn) bool { return t.why == askedFor }) {
		return nil, nil
	}
	records, err := journal.ReadIndex(s.plan.Folder(s.experiment))
	if err != nil {
		return nil, err
	}
	attempts := map[int]int{}
	for r := range s.runs(func(t turn) bool { return t.why == askedFor }) {
		entry, _, err := records.Entry(r.place(), r.Address.String())
		if err != nil {
			return nil, err
		}
		attempts[r.Position-1] = entry.Attempt
	}
	return attempts, nil
}

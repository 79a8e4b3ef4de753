package journal

import (
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
)

// A RecordError says that a file is not the record that should be there.
type RecordError struct {
	Path string
	Err  error
}

func (e *RecordError) Error() string {
	if _, ok := errors.AsType[*SchemaError](e.Err); ok {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s is no whole record: %v; move it away: if the run is planned, the next apply measures it again", e.Path, e.Err)
}

func (e *RecordError) Unwrap() error { return e.Err }

// Place says which run the file lies at, and whether a record there would count.
func (e *RecordError) Place() (p Place, counts bool) {
	folder, file := filepath.Split(e.Path)
	folder = filepath.Clean(folder)
	if filepath.Base(folder) == attemptsDir {
		a, _ := parseEvidence(filepath.Base(filepath.Dir(folder)), file)
		return a.place, false
	}
	p, _ = parseName(filepath.Base(folder), strings.TrimSuffix(file, ".json"))
	return p, true
}

func broken(path string, err error) error { return &RecordError{path, err} }

// notRead is the error of a record that could not be read: what is no file is no record.
func notRead(path string, err error) error {
	if kind, other := errors.AsType[kindError](err); other {
		return broken(path, kind)
	}
	return err
}

// Read reads one record, and refuses it where it is not the one that belongs into a file of that name.
func Read(path string) (Record, error) { return (*seals)(nil).record(path) }

// belongs refuses a record that was copied under another name: it would be counted twice.
func belongs(path string, p Place, attempt int, state State) error {
	folder, file := filepath.Split(path)
	folder = filepath.Clean(folder)
	name := strings.TrimSuffix(file, ".json")
	if filepath.Base(folder) == attemptsDir {
		if p.attemptFile("", attempt, ".json") != filepath.Join(filepath.Base(filepath.Dir(folder)), attemptsDir, file) {
			return fmt.Errorf("it says that it is attempt %d of %s/%s", attempt, p.Configuration, p.Name())
		}
		return nil
	}
	if p.Configuration != filepath.Base(folder) || p.Name() != name {
		return fmt.Errorf("it says that it is %s/%s", p.Configuration, p.Name())
	}
	if !state.committed() || (state == Warmup) != p.Warmup {
		return fmt.Errorf("it says that it is %s", state)
	}
	return nil
}

// Records reads every committed record of an experiment: by configuration, runs before warm-ups, in the order of their
// numbers. There are none where there is no folder. Whether an error ends it is up to the caller; with an *AlteredError
// comes the record as it is now. It needs no lock.
func Records(dir string) iter.Seq2[Record, error] { return each(dir, false) }

// All reads the records of Records and those that do not count, each run's together, in the order of their attempts.
func All(dir string) iter.Seq2[Record, error] { return each(dir, true) }

// Attempts reads those of All that do not count.
func Attempts(dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for r, err := range All(dir) {
			if (err != nil || !r.State.committed()) && !yield(r, err) {
				return
			}
		}
	}
}

func each(dir string, all bool) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		sealed, err := readSeals(dir)
		if err != nil {
			yield(Record{}, err)
			return
		}
		for f, err := range scan(dir) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, run := range f.runs {
				if !run.each(dir, sealed, all, yield) {
					return
				}
			}
		}
	}
}

// each reads the record of a run, with all in its turn among those of the attempts that did not count. It says whether to go on.
func (f *files) each(dir string, sealed *seals, all bool, yield func(Record, error) bool) bool {
	var counts Record
	var err error
	if f.record {
		counts, err = sealed.record(f.place.Record(dir))
	}
	isTold := !f.record
	for _, n := range f.evidence {
		if !all || n == counts.Attempt { // the copy of a record that is just being superseded
			continue
		}
		if !isTold && n > counts.Attempt {
			isTold = true
			if !yield(counts, err) {
				return false
			}
		}
		if !yield(Read(f.place.attemptFile(dir, n, ".json"))) {
			return false
		}
	}
	return isTold || yield(counts, err)
}

// Load collects Records.
func Load(dir string) ([]Record, error) {
	var all []Record
	for r, err := range Records(dir) {
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

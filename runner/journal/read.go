package journal

import (
	"errors"
	"fmt"
	"iter"
	"os"
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

func broken(path string, err error) error { return &RecordError{path, err} }

// Read reads one record, and refuses it where it is not the one that belongs into a file of that name.
func Read(path string) (Record, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	r, err := decode(data)
	if err == nil {
		err = belongs(path, r.Place(), r.Attempt, r.State)
	}
	if err != nil {
		return Record{}, broken(path, err)
	}
	return r, nil
}

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
// numbers. There are none where there is no folder. Whether an error ends it is up to the caller. It needs
// no lock.
func Records(dir string) iter.Seq2[Record, error] {
	return each(dir, func(run files) (paths []string, err error) {
		if run.record {
			paths = append(paths, run.place.Record(dir))
		}
		return paths, nil
	})
}

// Attempts reads every record that does not count, in the order of Records and of their attempts.
func Attempts(dir string) iter.Seq2[Record, error] {
	return each(dir, func(run files) (paths []string, err error) {
		var counts head
		if run.record && len(run.evidence) > 0 {
			if counts, err = readHead(run.place.Record(dir)); err != nil {
				return nil, err
			}
		}
		for _, n := range run.evidence {
			if n != counts.Attempt { // else the copy of a record that is just being superseded
				paths = append(paths, run.place.attemptFile(dir, n, ".json"))
			}
		}
		return paths, nil
	})
}

func each(dir string, paths func(files) ([]string, error)) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for f, err := range scan(dir) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			for _, run := range f.runs {
				list, err := paths(run)
				if err != nil {
					yield(Record{}, err)
					return
				}
				for _, path := range list {
					r, err := Read(path)
					if !yield(r, err) {
						return
					}
				}
			}
		}
	}
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

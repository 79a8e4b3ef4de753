package journal

import (
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
)

// A folder is what lies in the experiment's folder itself (name "") or in that of a configuration.
type folder struct {
	temps []string // paths
	runs  []files
}

// files are those of one run.
type files struct {
	place              Place
	record, table, log bool
	evidence, logs     []int // the attempts that have a record or a log in .attempts, rising
}

// scan goes through an experiment's folder, and then that of each configuration: none where there is no folder. Files that are not its
// own are left out. An error ends it.
func scan(dir string) iter.Seq2[folder, error] {
	return func(yield func(folder, error) bool) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			if !errors.Is(err, os.ErrNotExist) {
				yield(folder{}, err)
			}
			return
		}
		var own folder
		for _, e := range entries {
			own.note(dir, e.Name())
		}
		if !yield(own, nil) {
			return
		}
		for _, e := range entries {
			if !e.IsDir() || (Place{Configuration: e.Name(), Repeat: 1}).check() != nil {
				continue
			}
			if f, err := scanConfiguration(dir, e.Name()); !yield(f, err) || err != nil {
				return
			}
		}
	}
}

func scanConfiguration(dir, name string) (f folder, err error) {
	runs := map[Place]*files{}
	at := func(p Place) *files {
		if runs[p] == nil {
			runs[p] = &files{place: p}
		}
		return runs[p]
	}
	err = eachName(filepath.Join(dir, name), func(file string) {
		f.note(filepath.Join(dir, name), file)
		ext := filepath.Ext(file)
		p, ok := parseName(name, file[:len(file)-len(ext)])
		switch {
		case ok && ext == ".json":
			at(p).record = true
		case ok && ext == ".csv":
			at(p).table = true
		case ok && ext == ".log":
			at(p).log = true
		}
	})
	if err != nil {
		return folder{}, err
	}
	err = eachName(filepath.Join(dir, name, attemptsDir), func(file string) {
		f.note(filepath.Join(dir, name, attemptsDir), file)
		a, ok := parseEvidence(name, file)
		switch {
		case ok && a.ext == ".json":
			at(a.place).evidence = append(at(a.place).evidence, a.attempt)
		case ok && a.ext == ".log":
			at(a.place).logs = append(at(a.place).logs, a.attempt)
		}
	})
	if err != nil {
		return folder{}, err
	}
	f.runs = make([]files, 0, len(runs))
	for _, r := range runs {
		slices.Sort(r.evidence)
		slices.Sort(r.logs)
		f.runs = append(f.runs, *r)
	}
	slices.SortFunc(f.runs, func(a, b files) int { return a.place.compare(b.place) })
	return f, nil
}

// note takes a file that was left under a temporary name.
func (f *folder) note(dir, file string) {
	if isTemp(file) {
		f.temps = append(f.temps, filepath.Join(dir, file))
	}
}

// eachName gives the names in a folder, in no order; none where there is no folder. There may be 100 000 repeats, of three files each.
func eachName(dir string, do func(name string)) error {
	f, err := os.Open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	for {
		names, err := f.Readdirnames(1000)
		for _, name := range names {
			do(name)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

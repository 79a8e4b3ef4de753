package journal

import (
	"errors"
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

// scan lists an experiment's folder: none where there is no folder. Files that are not its own are left out.
func scan(dir string) ([]folder, error) {
	entries, err := readDir(dir)
	if err != nil {
		return nil, err
	}
	all := []folder{{temps: temps(dir, entries)}}
	for _, e := range entries {
		if !e.IsDir() || (Place{Configuration: e.Name(), Repeat: 1}).check() != nil {
			continue
		}
		f, err := scanConfiguration(dir, e.Name())
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func scanConfiguration(dir, name string) (folder, error) {
	entries, err := readDir(filepath.Join(dir, name))
	if err != nil {
		return folder{}, err
	}
	attempts, err := readDir(filepath.Join(dir, name, attemptsDir))
	if err != nil {
		return folder{}, err
	}
	runs := map[Place]*files{}
	at := func(p Place) *files {
		if runs[p] == nil {
			runs[p] = &files{place: p}
		}
		return runs[p]
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		p, ok := parseName(name, e.Name()[:len(e.Name())-len(ext)])
		switch {
		case ok && ext == ".json":
			at(p).record = true
		case ok && ext == ".csv":
			at(p).table = true
		case ok && ext == ".log":
			at(p).log = true
		}
	}
	for _, e := range attempts {
		a, ok := parseEvidence(name, e.Name())
		switch {
		case ok && a.ext == ".json":
			at(a.place).evidence = append(at(a.place).evidence, a.attempt)
		case ok && a.ext == ".log":
			at(a.place).logs = append(at(a.place).logs, a.attempt)
		}
	}
	f := folder{temps: slices.Concat(temps(filepath.Join(dir, name), entries), temps(filepath.Join(dir, name, attemptsDir), attempts))}
	for _, r := range runs {
		slices.Sort(r.evidence)
		slices.Sort(r.logs)
		f.runs = append(f.runs, *r)
	}
	slices.SortFunc(f.runs, func(a, b files) int { return a.place.compare(b.place) })
	return f, nil
}

func temps(dir string, entries []os.DirEntry) []string {
	var paths []string
	for _, e := range entries {
		if isTemp(e.Name()) {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths
}

func readDir(dir string) ([]os.DirEntry, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}

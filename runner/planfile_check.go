package runner

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"bench/spec"
)

// A MovedError says in what the world is no longer as a plan found it.
type MovedError struct {
	Name    string   // of the plan file
	Changes []string // at least one
}

func (e *MovedError) Error() string {
	return fmt.Sprintf("%s is out of date: %s; plan again, with -out", e.Name, strings.Join(e.Changes, "; "))
}

func (f *PlanFile) moved(format string, args ...any) error {
	return &MovedError{f.Name, []string{fmt.Sprintf(format, args...)}}
}

// CheckFiles compares the files of the spec with those that the plan was made from. It comes before the spec is loaded.
func (f *PlanFile) CheckFiles() error {
	if _, err := os.Stat(f.Folder()); err != nil {
		return fmt.Errorf("%s is a plan for the spec in %s, which is not there", f.Name, f.Folder())
	}
	for f.at("file") {
		var was fileLine
		if err := f.decode(&was); err != nil {
			return err
		}
		if isElsewhere(was.File) || len(f.files) > 0 && was.File <= f.files[len(f.files)-1] {
			return f.damaged(fmt.Errorf("the spec has no file %q", was.File))
		}
		f.files = append(f.files, was.File)
		if err := f.checkFile(was); err != nil {
			return err
		}
	}
	return f.broken
}

func (f *PlanFile) checkFile(was fileLine) error {
	path := filepath.Join(f.Folder(), was.File)
	content, err := readAtMost(path, maxPlanLine)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.moved("%s is gone", path)
	case err != nil:
		return err
	case Digest(content) == was.SHA256:
		return nil
	case was.File == spec.LockFile: // an apply of this very plan may have added to it
		f.lock = f.altered(path, was, content)
		return nil
	}
	return f.altered(path, was, content)
}

// altered says in what a file is no longer as it was.
func (f *PlanFile) altered(path string, was fileLine, content []byte) error {
	is, ok := spec.Redact(was.File, content)
	if was.Text == "" || !ok {
		return f.moved("%s has changed", path)
	}
	old := strings.Split(was.Text, "\n")
	for i := range max(len(old), len(is)) {
		before, now := lineAt(old, i), lineAt(is, i)
		switch {
		case before == now:
		case strings.TrimSpace(before) == strings.TrimSpace(now):
			return f.moved("line %d of %s has other white space", i+1, path)
		default:
			return f.moved("line %d of %s was %s and is %s", i+1, path, shown(before), shown(now))
		}
	}
	return f.moved("%s has changed in a line that holds a sensitive value", path)
}

func readAtMost(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, most))
}

// lineAt gives a line, "" where there is none.
func lineAt(lines []string, i int) string {
	if i >= len(lines) {
		return ""
	}
	return lines[i]
}

// shown gives a line as a message quotes it.
func shown(line string) string {
	const most = 60 // runes
	line = strings.TrimSpace(line)
	if line == "" {
		return "empty"
	}
	if utf8.RuneCountInString(line) > most {
		line = string([]rune(line)[:most-1]) + "…"
	}
	return "`" + line + "`"
}

// Check compares a plan that was made now with the saved one: what its spec refers to, and every run. It comes after CheckFiles, and
// reads the file to its end.
func (f *PlanFile) Check(p *Plan) error {
	names, err := specFiles(p.Module)
	if err != nil {
		return err
	}
	for _, name := range names {
		switch {
		case slices.Contains(f.files, name):
		case name == spec.LockFile:
			f.lock = f.moved("%s is new", filepath.Join(f.Folder(), name))
		default:
			return f.moved("%s is new", filepath.Join(f.Folder(), name))
		}
	}
	for _, check := range []func(*Plan) error{f.checkValues, f.checkInputs, f.checkRuns} {
		if err := check(p); err != nil {
			return err
		}
	}
	return nil
}

// checkValues compares the values of variables.
func (f *PlanFile) checkValues(p *Plan) error {
	was, is := textByName(f.Inputs), textByName(p.Module.Inputs)
	both := maps.Clone(was)
	maps.Copy(both, is)
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if before, ok := was[name]; !ok || before != is[name] {
			return f.moved("variable %q has another value", name)
		}
	}
	return nil
}

func textByName(inputs []spec.Input) map[string]string {
	texts := map[string]string{}
	for _, in := range inputs {
		texts[in.Name] = in.Text
	}
	return texts
}

// checkInputs compares the files that the spec refers to.
func (f *PlanFile) checkInputs(p *Plan) error {
	const told = 5
	now, err := inputsOf(p.Module)
	if err != nil {
		return err
	}
	var changes []string
	for len(changes) <= told && (f.at("input") || len(now) > 0) {
		var was inputLine
		if f.at("input") {
			if err := json.Unmarshal(f.line, &was); err != nil {
				return f.damaged(err)
			}
		}
		before, after := f.at("input"), len(now) > 0
		if before && after && was.Input != now[0].Input {
			before, after = was.Input < now[0].Input, was.Input > now[0].Input
		}
		switch {
		case !after:
			changes = append(changes, p.path(was.Input)+" is gone, or no longer meant")
		case !before:
			changes = append(changes, p.path(now[0].Input)+" is new")
		case was.SHA256 != now[0].SHA256:
			changes = append(changes, p.path(was.Input)+" has changed")
		}
		if before {
			f.next()
		}
		if after {
			now = now[1:]
		}
	}
	if len(changes) > told {
		changes = append(changes[:told], "and more")
	}
	if f.broken == nil && len(changes) > 0 {
		return &MovedError{f.Name, changes}
	}
	return f.broken
}

func (p *Plan) path(input string) string { return filepath.Join(p.Module.Dir, input) }

// checkRuns compares run by run.
func (f *PlanFile) checkRuns(p *Plan) error {
	var d drift
	for line, err := range p.runLines() {
		switch {
		case err != nil:
			return err
		case !f.at("address") && f.line != nil:
			return f.unknownLine()
		case f.line == nil:
			d.other = cmp.Or(d.other, "there are more runs than were planned")
		case !bytes.Equal(f.line, line):
			if err := d.note(f.line, line); err != nil {
				return f.damaged(err)
			}
		case bytes.Contains(line, []byte(`"action":"run"`)):
			d.left++
		}
		if d.other != "" && f.lock == nil {
			break
		}
		f.next()
	}
	switch {
	case f.broken != nil:
		return f.broken
	case f.lock != nil && d.made == 0:
		return f.lock
	case f.lock != nil:
		d.other = "" // it follows from the lock, which is another one since the runs were made
	case d.other == "" && f.at("address"):
		d.other = "there are fewer runs than were planned"
	case d.other == "" && f.line != nil:
		return f.unknownLine()
	}
	if changes := d.tell(p.Len()); len(changes) > 0 {
		return &MovedError{f.Name, changes}
	}
	return nil
}

func (f *PlanFile) unknownLine() error {
	return f.damaged(fmt.Errorf("it has a line that is none of a plan: %.40q", f.line))
}

// A drift is what has become of planned runs since.
type drift struct {
	left                 int    // that are to be made still
	made, gone           int    // that were to be made and have been; that were up to date and are no longer
	firstMade, firstGone string // addresses
	other                string // what must not differ does
}

func (d *drift) note(was, is []byte) error {
	var old, now runLine
	if err := errors.Join(json.Unmarshal(was, &old), json.Unmarshal(is, &now)); err != nil {
		return err
	}
	switch {
	case old.Address != now.Address:
		d.other = fmt.Sprintf("%s was planned where %s would be made now", old.Address, now.Address)
	case old.Action == "run" && now.Action == "none":
		d.made++
		d.firstMade = cmp.Or(d.firstMade, now.Address)
	case old.Hash != now.Hash:
		d.left++
		d.other = fmt.Sprintf("%s would be made with something else than was planned", now.Address)
	case now.Action == "run" && old.Action == "none":
		d.gone++
		d.firstGone = cmp.Or(d.firstGone, now.Address)
	case old.Action == "run":
		d.made++
		d.firstMade = cmp.Or(d.firstMade, now.Address)
	default:
		return fmt.Errorf("it does not say what becomes of %s", now.Address)
	}
	return nil
}

func (d *drift) tell(planned int) []string {
	var changes []string
	switch {
	case d.other != "":
		changes = append(changes, d.other)
	case d.made == 1 && d.left+d.gone == 0:
		return []string{"the run that it makes has been made already: " + d.firstMade}
	case d.made > 1 && d.left+d.gone == 0:
		return []string{fmt.Sprintf("the %d runs that it makes have been made already", d.made)}
	}
	for _, c := range []struct {
		n                  int
		first, one, others string
	}{
		{d.made, d.firstMade, "has been made meanwhile", "have been made meanwhile"},
		{d.gone, d.firstGone, "was up to date and no longer is", "were up to date and no longer are"},
	} {
		switch {
		case c.n == 1:
			changes = append(changes, fmt.Sprintf("one of its %d runs %s: %s", planned, c.one, c.first))
		case c.n > 1:
			changes = append(changes, fmt.Sprintf("%d of its %d runs %s, the first is %s", c.n, planned, c.others, c.first))
		}
	}
	return changes
}

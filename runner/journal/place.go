package journal

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Place says which run of an experiment is meant, and so where its files lie. It is unique within the experiment.
type Place struct {
	Configuration string // also the name of its folder
	Warmup        bool
	Repeat        int // from 1; warm-ups are numbered apart
}

// maxConfiguration is the longest name of a configuration, in bytes; file systems allow 255 for a name.
const maxConfiguration = 120

// maxAttempt is the highest number of an attempt. No run is tried so often; a higher one was made up, and the next after it may not exist.
const maxAttempt = 1 << 30

func isAttempt(n int) bool { return 1 <= n && n <= maxAttempt }

// attemptsDir is where a configuration's folder keeps what did not count.
const attemptsDir = ".attempts"

// Name gives the name of the run's files, without extension: run_1 or warmup_1.
func (p Place) Name() string {
	if p.Warmup {
		return "warmup_" + strconv.Itoa(p.Repeat)
	}
	return "run_" + strconv.Itoa(p.Repeat)
}

// Record gives the path of the run's record within the experiment's folder.
func (p Place) Record(dir string) string { return p.file(dir, ".json") }

func (p Place) folder(dir string) string    { return filepath.Join(dir, p.Configuration) }
func (p Place) file(dir, ext string) string { return filepath.Join(dir, p.Configuration, p.Name()+ext) }

func (p Place) attempts(dir string) string { return filepath.Join(dir, p.Configuration, attemptsDir) }
func (p Place) attemptFile(dir string, attempt int, ext string) string {
	return filepath.Join(p.attempts(dir), p.Name()+"."+strconv.Itoa(attempt)+ext)
}

// check refuses a place whose files would lie elsewhere than in a folder of their own. Making names that are safe is the
// caller's work; this is the last line.
func (p Place) check() error {
	c := p.Configuration
	switch {
	case c == "":
		return fmt.Errorf("the configuration has no name")
	case len(c) > maxConfiguration:
		return fmt.Errorf("the configuration's name %.20q… is %d bytes long; %d are allowed", c, len(c), maxConfiguration)
	case strings.HasPrefix(c, "."), strings.Contains(c, ".."), strings.HasPrefix(c, journalFile),
		strings.ContainsAny(c, `/\`), strings.ContainsFunc(c, unicode.IsControl), !utf8.ValidString(c):
		return fmt.Errorf("the configuration's name %q can't be the name of a folder", c)
	case p.Repeat < 1:
		return fmt.Errorf("repeat %d: repeats are counted from 1", p.Repeat)
	}
	return nil
}

// parseName is the inverse of Name.
func parseName(configuration, name string) (Place, bool) {
	kind, number, _ := strings.Cut(name, "_")
	repeat, err := strconv.Atoi(number)
	p := Place{Configuration: configuration, Warmup: kind == "warmup", Repeat: repeat}
	return p, err == nil && repeat > 0 && p.Name() == name
}

// An evidence is the name of a file in .attempts.
type evidence struct {
	place   Place
	attempt int
	ext     string
}

// parseEvidence splits run_1.2.json.
func parseEvidence(configuration, file string) (evidence, bool) {
	part := strings.Split(file, ".")
	if len(part) != 3 {
		return evidence{}, false
	}
	place, ok := parseName(configuration, part[0])
	attempt, err := strconv.Atoi(part[1])
	return evidence{place, attempt, "." + part[2]}, ok && err == nil && isAttempt(attempt) && strconv.Itoa(attempt) == part[1]
}

// compare orders places as they are listed: by configuration, runs before warm-ups, then by number.
func (p Place) compare(q Place) int {
	if c := strings.Compare(p.Configuration, q.Configuration); c != 0 {
		return c
	}
	if p.Warmup != q.Warmup {
		if q.Warmup {
			return -1
		}
		return 1
	}
	return p.Repeat - q.Repeat
}

package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// An AlteredError says that the file of a record is no longer the one that was committed.
type AlteredError struct {
	Path    string
	Attempt int // that it says it is, where the journal has counted others at its place and not this one; else 0
}

func (e *AlteredError) Error() string {
	if e.Attempt > 0 {
		return fmt.Sprintf("%s is not as it was measured: it says that it is attempt %d, which the journal has not counted", e.Path, e.Attempt)
	}
	return e.Path + " is not as it was measured: its SHA-256 is another one than the journal has"
}

// A seal is the SHA-256 of the file of a committed record.
type seal [sha256.Size]byte

func sealOf(data []byte) seal { return sha256.Sum256(data) }

func (s seal) String() string { return hex.EncodeToString(s[:]) }

// Seals are what the journal of an experiment says of the files of committed records. They may be asked from several goroutines; nil
// knows nothing.
type seals struct {
	dir string

	mu   sync.Mutex
	size int64             // of the journal when it was read
	last map[Place]*sealed // what was committed there last
	open map[key]bool      // the attempts that have begun, and whose end is not noted
}

// A sealed record is one that the journal has counted.
type sealed struct {
	attempt int
	seal    seal    // zero where the line has none: an earlier version wrote it
	before  *sealed // what was committed there before it
}

// readSeals takes them from the journal of an experiment; none where there is no folder.
func readSeals(dir string) (*seals, error) {
	s := &seals{dir: dir}
	return s, s.read()
}

func (s *seals) read() error {
	s.size = s.sizeNow() // before what is read: what is written meanwhile is not known to be known
	s.last, s.open = map[Place]*sealed{}, map[key]bool{}
	for e, err := range History(s.dir) {
		if err != nil {
			return err
		}
		s.note(&e)
	}
	return nil
}

func (s *seals) sizeNow() int64 {
	info, err := os.Stat(filepath.Join(s.dir, journalFile))
	if err != nil {
		return 0
	}
	return info.Size()
}

func (s *seals) note(e *Event) {
	place, ok := e.Place()
	if !ok || !isAttempt(e.Attempt) {
		return
	}
	switch k := (key{place, e.Attempt}); e.Event {
	case EventStart:
		s.open[k] = true
	case EventFinish:
		delete(s.open, k)
		if !e.State.committed() {
			return
		}
		n := &sealed{attempt: e.Attempt, before: s.last[place]}
		if len(e.RecordSHA256) == hex.EncodedLen(len(n.seal)) {
			if _, err := hex.Decode(n.seal[:], []byte(e.RecordSHA256)); err != nil {
				n.seal = seal{}
			}
		}
		s.last[place] = n
	}
}

// of gives the seal of an attempt, zero where it has none. It is foreign where the journal has sealed others at its place, and it can't be
// one whose line is still to come.
func (s *seals) of(p Place, attempt int) (is seal, foreign bool, err error) {
	if s == nil {
		return seal{}, false, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	is, foreign = s.find(p, attempt)
	if foreign && s.size != s.sizeNow() { // it may have been committed since
		if err = s.read(); err == nil {
			is, foreign = s.find(p, attempt)
		}
	}
	return is, foreign, err
}

func (s *seals) find(p Place, attempt int) (is seal, foreign bool) {
	for n := s.last[p]; n != nil; n = n.before {
		if n.attempt == attempt {
			return n.seal, false
		}
		foreign = foreign || n.seal != seal{}
	}
	return seal{}, foreign && !s.open[key{p, attempt}]
}

// record reads a record, and holds its file against the seal. With an *AlteredError it gives the record as it is.
func (s *seals) record(path string) (Record, error) {
	data, err := readRegular(path)
	if err != nil {
		return Record{}, notRead(path, err)
	}
	r, err := decode(data)
	if err == nil {
		err = belongs(path, r.Place(), r.Attempt, r.State)
	}
	if err != nil {
		return Record{}, broken(path, err)
	}
	if !r.State.committed() {
		return r, nil
	}
	switch was, foreign, err := s.of(r.Place(), r.Attempt); {
	case err != nil:
		return Record{}, err
	case foreign:
		return r, &AlteredError{path, r.Attempt}
	case was != seal{} && was != sealOf(data):
		return r, &AlteredError{Path: path}
	}
	return r, nil
}

// head reads the head of a committed record, and says in it whether its file breaks the seal. What has no seal is not read to its end.
func (s *seals) head(p Place, path string) (head, error) {
	f, err := openRegular(path)
	if err != nil {
		return head{}, notRead(path, err)
	}
	defer f.Close()
	h, err := headIn(f)
	if err != nil {
		return head{}, err
	}
	was, foreign, err := s.of(p, h.Attempt)
	h.Altered = foreign
	if err != nil || was == (seal{}) {
		return h, err
	}
	sum := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return head{}, err
	}
	if _, err := io.Copy(sum, f); err != nil {
		return head{}, err
	}
	h.Altered = seal(sum.Sum(nil)) != was
	return h, nil
}

// replaced is the head of a record that another is about to take the place of. One that was altered has the number of the attempt that the
// journal counted last: what it says itself may be that of another one, whose evidence is there.
func (s *seals) replaced(p Place, path string) (head, error) {
	h, err := s.head(p, path)
	if err == nil && h.Altered {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.Attempt = s.last[p].attempt
	}
	return h, err
}

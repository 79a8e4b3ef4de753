package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// An AlteredError says that the file of a record is no longer the one that was committed.
type AlteredError struct{ Path string }

func (e *AlteredError) Error() string {
	return e.Path + " is not as it was measured: its SHA-256 is another one than the journal has"
}

// A seal is the SHA-256 of the file of a committed record.
type seal [sha256.Size]byte

func sealOf(data []byte) seal { return sha256.Sum256(data) }

func (s seal) String() string { return hex.EncodeToString(s[:]) }

// Seals are what the journal says of the files of committed records. One that it does not know, or that an earlier version committed,
// has none.
type seals map[key]seal

// readSeals takes them from the journal of an experiment; none where there is no folder.
func readSeals(dir string) (seals, error) {
	s := seals{}
	for e, err := range History(dir) {
		if err != nil {
			return nil, err
		}
		var is seal
		if place, ok := e.Place(); ok && len(e.RecordSHA256) == hex.EncodedLen(len(is)) {
			if _, err := hex.Decode(is[:], []byte(e.RecordSHA256)); err == nil {
				s[key{place, e.Attempt}] = is
			}
		}
	}
	return s, nil
}

// read reads a record, and holds its file against the seal. With an *AlteredError it gives the record as it is.
func (s seals) read(path string) (Record, error) {
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
	if was, ok := s[key{r.Place(), r.Attempt}]; ok && r.State.committed() && was != sealOf(data) {
		return r, &AlteredError{path}
	}
	return r, nil
}

// readHead reads the head of a committed record, and says whether its file breaks the seal. What has no seal is not read to its end.
func (s seals) readHead(p Place, path string) (h head, altered bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return head{}, false, err
	}
	defer f.Close()
	if h, err = headIn(f); err != nil {
		return head{}, false, err
	}
	was, ok := s[key{p, h.Attempt}]
	if !ok {
		return h, false, nil
	}
	sum := sha256.New()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return head{}, false, err
	}
	if _, err := io.Copy(sum, f); err != nil {
		return head{}, false, err
	}
	return h, seal(sum.Sum(nil)) != was, nil
}

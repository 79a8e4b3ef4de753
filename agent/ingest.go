package agent

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// DefaultMaxBytes is the largest corpus that is read where no limit is given.
const DefaultMaxBytes = 1 << 20

// namesShown is how many names of files a [Corpus] gives.
const namesShown = 10

// A Corpus is what was read from a set of files. Nothing in it depends on when or where the files were
// written, so that a prompt made from it is the same in two clones.
type Corpus struct {
	Files   int            `json:"files"`
	Bytes   int64          `json:"bytes"`
	Types   map[string]int `json:"types"`   // files by extension, in lower case and without its dot; "none" without one
	Names   []string       `json:"names"`   // the first paths, at most 10
	Text    string         `json:"text"`    // all contents, each under a line that names its path
	Summary string         `json:"summary"` // size, counts by type and first names, in one line
}

// IngestFiles reads the files at paths, which are relative to root, slash-separated and stay under it,
// in the order given. The contents are taken as UTF-8; what isn't is replaced by U+FFFD.
//
// The measured duration is that of reading the files and making the corpus; the digest, which only the
// records need, is computed after it. A corpus of no file, or of more than maxBytes (0 means 1 MiB), is
// an error: a prompt that was silently empty or silently cut would be measured like any other.
func IngestFiles(root, name string, paths []string, maxBytes int64) (Corpus, Ingest, error) {
	fail := func(err error) (Corpus, Ingest, error) {
		return Corpus{}, Ingest{}, fmt.Errorf("ingest %q: %w", name, err)
	}
	if len(paths) == 0 {
		return fail(fmt.Errorf("there is no file to read"))
	}
	start := time.Now()
	dir, err := os.OpenRoot(root)
	if err != nil {
		return fail(err)
	}
	defer dir.Close()
	total, err := size(dir, paths)
	if err != nil {
		return fail(err)
	}
	if most := cmp.Or(maxBytes, DefaultMaxBytes); total > most {
		return fail(fmt.Errorf("its %d files hold %d bytes, more than max_bytes = %d: name fewer files, or raise max_bytes", len(paths), total, most))
	}
	contents := make([][]byte, len(paths))
	for i, p := range paths {
		if contents[i], err = readWhole(dir, p); err != nil {
			return fail(err)
		}
	}
	corpus := newCorpus(paths, contents)
	took := time.Since(start)
	return corpus, Ingest{
		Name: name, Files: corpus.Files, Bytes: corpus.Bytes,
		Digest: digest(paths, contents), DurationNS: int64(took),
	}, nil
}

// HashFiles notes what files hold that are read in another way than as a corpus, by root and paths as those of [IngestFiles]. It keeps
// nothing of them, whatever their size, and is not measured.
func HashFiles(root, name string, paths []string) (Ingest, error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return Ingest{}, fmt.Errorf("%s: %w", name, err)
	}
	defer dir.Close()
	total, err := size(dir, paths)
	if err != nil {
		return Ingest{}, fmt.Errorf("%s: %w", name, err)
	}
	sum, err := hashAll(dir, paths)
	if err != nil {
		return Ingest{}, fmt.Errorf("%s: %w", name, err)
	}
	return Ingest{Name: name, Files: len(paths), Bytes: total, Digest: sum}, nil
}

func hashAll(dir *os.Root, paths []string) (string, error) {
	d := digester{sha256.New()}
	for _, p := range paths {
		if err := d.file(dir, p); err != nil {
			return "", err
		}
	}
	return d.sum(), nil
}

// size gives the bytes of all files, and refuses what cannot be read whole, before anything is read: a pipe would block.
func size(dir *os.Root, paths []string) (total int64, err error) {
	for _, p := range paths {
		if !fs.ValidPath(p) {
			return 0, fmt.Errorf("%q is not a path under the root: write it relative, with slashes and without \"..\"", p)
		}
		info, err := dir.Stat(p)
		if err != nil {
			return 0, err
		}
		if !info.Mode().IsRegular() {
			return 0, fmt.Errorf("%s is not a regular file", p)
		}
		total += info.Size()
	}
	return total, nil
}

// readWhole reads a file of the size that was checked; one that grew since is refused.
func readWhole(dir *os.Root, p string) ([]byte, error) {
	f, err := dir.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(f, info.Size()+1))
	if err != nil {
		return nil, err
	}
	if int64(len(content)) != info.Size() {
		return nil, fmt.Errorf("%s changed while it was read", p)
	}
	return content, nil
}

func newCorpus(paths []string, contents [][]byte) Corpus {
	c := Corpus{Files: len(paths), Types: map[string]int{}, Names: slices.Clone(paths[:min(namesShown, len(paths))])}
	var text strings.Builder
	for i, p := range paths {
		content := strings.ToValidUTF8(string(contents[i]), "\uFFFD")
		fmt.Fprintf(&text, "=== %s ===\n%s", p, content)
		if !strings.HasSuffix(content, "\n") {
			text.WriteByte('\n')
		}
		c.Bytes += int64(len(contents[i]))
		c.Types[fileType(p)]++
	}
	c.Text = text.String()
	c.Summary = c.summary()
	return c
}

func fileType(p string) string {
	return cmp.Or(strings.ToLower(strings.TrimPrefix(path.Ext(p), ".")), "none")
}

// summary reads like "12 files, 48211 bytes (7 csv, 3 json, 2 md): a.csv, b.csv, …".
func (c Corpus) summary() string {
	types := slices.SortedFunc(maps.Keys(c.Types), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.Types[b], c.Types[a]), cmp.Compare(a, b))
	})
	for i, t := range types {
		types[i] = fmt.Sprintf("%d %s", c.Types[t], t)
	}
	files := "files"
	if c.Files == 1 {
		files = "file"
	}
	names := strings.Join(c.Names, ", ")
	if c.Files > len(c.Names) {
		names += ", …"
	}
	return fmt.Sprintf("%d %s, %d bytes (%s): %s", c.Files, files, c.Bytes, strings.Join(types, ", "), names)
}

// Reread reads the files of an ingest again, by the same root and paths, and says in what they are not those that were
// read before; "" where they are. The contents decide: times of modification can be set, and are too coarse
// for a file that is written twice within a moment. No more is read than the ingest had, and none of it is kept.
func (i Ingest) Reread(root string, paths []string) string {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return err.Error()
	}
	defer dir.Close()
	switch total, err := size(dir, paths); {
	case err != nil:
		return err.Error()
	case total != i.Bytes:
		return fmt.Sprintf("they hold %d bytes", total)
	}
	switch sum, err := hashAll(dir, paths); {
	case err != nil:
		return err.Error()
	case sum != i.Digest:
		return "their digest is " + sum
	}
	return ""
}

func digest(paths []string, contents [][]byte) string {
	d := digester{sha256.New()}
	for i, p := range paths {
		_ = d.add(strings.NewReader(p), int64(len(p))) // memory gives all that it has
		_ = d.add(bytes.NewReader(contents[i]), int64(len(contents[i])))
	}
	return d.sum()
}

// A digester makes SHA-256 over each path and content, each after its length as 8 bytes, so that no two lists
// of files give the same bytes.
type digester struct{ hash.Hash }

// add takes what a reader has, and refuses one that does not have the size.
func (d digester) add(r io.Reader, size int64) error {
	_ = binary.Write(d, binary.BigEndian, uint64(size)) // a hash takes every write
	n, err := io.Copy(d, io.LimitReader(r, size+1))
	if err == nil && n != size {
		err = fmt.Errorf("%d bytes were announced, and there are others", size)
	}
	return err
}

func (d digester) file(dir *os.Root, p string) error {
	f, err := dir.Open(p)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := errors.Join(d.add(strings.NewReader(p), int64(len(p))), d.add(f, info.Size())); err != nil {
		return fmt.Errorf("%s changed while it was read: %w", p, err)
	}
	return nil
}

func (d digester) sum() string { return hex.EncodeToString(d.Sum(nil)) }

package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// files reads the module's folder, and nothing outside it, for the functions of the language. Each file is read once, so that
// all of a spec sees the same content. In a worker there is no folder: it has what the plan has read.
type files struct {
	dir       string              // "" in a worker
	contents  map[string]Content  // by path
	listings  map[string][]string // by pattern
	templates map[string]*hcl.File
	used      *reading // what the expression under evaluation reads; nil: nobody asks
	environ   []string // as os.Environ gives it; none in a worker
	work      *work    // that a call of a function counts for
}

// A reading is what an expression read.
type reading struct {
	files    map[string]bool
	patterns map[string]bool
}

// openFiles gives the files of a folder, which has to be there.
func openFiles(dir string, w *work) (*files, error) {
	f := &files{dir: dir, work: w, contents: map[string]Content{}, listings: map[string][]string{}, templates: map[string]*hcl.File{}}
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	return f, root.Close()
}

// open opens the folder, for whoever closes it: a module lives for as long as somebody evaluates something in it, and there are only so
// many files that a process can have open.
func (f *files) open() (*os.Root, error) { return os.OpenRoot(f.dir) }

// stat tells of a file of the folder.
func (f *files) stat(name string) (fs.FileInfo, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Stat(name)
}

// outside says whether a path leaves the folder that it is relative to.
func outside(name string) bool { return !filepath.IsLocal(filepath.FromSlash(name)) }

func isOutside(name string) error {
	return fmt.Errorf("%q lies outside the module's folder; paths are relative to the spec and stay below it", name)
}

// read gives the content of a text file of the module.
func (f *files) read(name string) (string, error) {
	content, err := f.content(name)
	if err != nil {
		return "", err
	}
	return content, isText(name, content)
}

// isText gives an error where the content of a file is none.
func isText(name, content string) error {
	if utf8.ValidString(content) {
		return nil
	}
	return fmt.Errorf("%q is not a text in UTF-8", name)
}

// content gives the bytes of a file of the module.
func (f *files) content(name string) (string, error) {
	if outside(name) {
		return "", isOutside(name)
	}
	clean := path.Clean(name)
	if f.used != nil {
		f.used.files[clean] = true
	}
	if content, ok := f.contents[clean]; ok {
		f.work.read(len(content) / pieceOfText)
		return string(content), nil
	}
	if f.dir == "" {
		return "", fmt.Errorf("the file %q was not read when the plan was made: in a run, its path may not depend on an answer", name)
	}
	content, err := f.readAll(clean)
	if err != nil {
		return "", err
	}
	f.contents[clean] = Content(content)
	return content, nil
}

func (f *files) readAll(name string) (string, error) {
	info, err := f.stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no file %q%s; paths are relative to the spec", name, f.nearby(name))
	case err != nil:
		return "", fmt.Errorf("%q can't be read inside the module's folder: %w", name, cause(err))
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%q is not a regular file", name)
	case info.Size() > MaxFile:
		return "", fmt.Errorf("%q is larger than the %d MiB that a file which a spec reads may have", name, MaxFile>>20)
	}
	file, err := os.OpenInRoot(f.dir, name)
	if err != nil {
		return "", fmt.Errorf("%q can't be read: %w", name, cause(err))
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, MaxFile))
	if err != nil {
		return "", fmt.Errorf("%q can't be read: %w", name, cause(err))
	}
	return string(content), nil
}

// cause takes the system's call and the path off an error: the path is told already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// nearby suggests a file of the same folder.
func (f *files) nearby(name string) string {
	root, err := f.open()
	if err != nil {
		return ""
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), path.Dir(name))
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if n := nearest(path.Base(name), names); n != "" {
		return fmt.Sprintf(", but there is %q", path.Join(path.Dir(name), n))
	}
	return ""
}

// glob gives the files that match a pattern, sorted. ** stands for any number of folders; like *, it does not stand for names
// that begin with a dot, and neither for what is below runs: records would change the inputs of the next run. A pattern that spells out
// a path finds whatever file is read under that path.
func (f *files) glob(pattern string) ([]string, error) {
	if outside(pattern) {
		return nil, isOutside(pattern)
	}
	clean := path.Clean(pattern)
	if f.used != nil {
		f.used.patterns[clean] = true
	}
	if found, ok := f.listings[clean]; ok {
		return found, nil
	}
	want := strings.Split(clean, "/")
	for _, segment := range want {
		if _, err := path.Match(segment, ""); err != nil {
			return nil, fmt.Errorf("%q is not a pattern: a bracket is not closed", pattern)
		}
	}
	if alternatives().MatchString(clean) {
		return nil, fmt.Errorf("%q is not a pattern: braces stand for themselves in it; list the files of several patterns with concat()", pattern)
	}
	if f.dir == "" {
		return nil, fmt.Errorf("the files of %q were not listed when the plan was made: in a run, the pattern may not depend on an answer", pattern)
	}
	var found []string
	var err error
	if name, ok := spelledOut(clean); ok {
		found, err = f.there(name)
	} else {
		found, err = f.walk(".", want)
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(found)
	f.listings[clean] = found
	return found, nil
}

// spelledOut gives the path that a pattern stands for in which no character has a meaning.
func spelledOut(pattern string) (name string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '*', '?', '[':
			return "", false
		case '\\':
			i++
		}
		b.WriteByte(pattern[i])
	}
	return b.String(), true
}

// there gives a path where there is a regular file, be it through a link.
func (f *files) there(name string) ([]string, error) {
	info, err := f.stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%q can't be read inside the module's folder: %w", name, cause(err))
	case !info.Mode().IsRegular():
		return nil, nil
	}
	return []string{name}, nil
}

// alternatives are what braces stand for elsewhere.
var alternatives = pattern(`(^|[^\\])\{[^{}]*,[^{}]*\}`)

// walk finds the files below a folder, by the segments of the pattern.
func (f *files) walk(folder string, want []string) ([]string, error) {
	root, err := f.open()
	if err != nil {
		return nil, fmt.Errorf("the module's folder can't be read: %w", err)
	}
	defer root.Close()
	var found []string
	err = fs.WalkDir(root.FS(), folder, func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("the folder %q can't be listed: %w", p, cause(err))
		}
		if p == folder {
			return nil
		}
		segments := strings.Split(p, "/")
		matches := matchPath(want, segments, false)
		switch {
		case entry.IsDir() && (p == "runs" || !matchPath(want, segments, true)):
			return fs.SkipDir
		case entry.IsDir():
		case entry.Type()&fs.ModeSymlink != 0:
			more, err := f.follow(p, want, matches)
			found = append(found, more...)
			return err
		case matches && entry.Type().IsRegular():
			found = append(found, p)
		}
		return nil
	})
	return found, err
}

// follow gives the files that a link leads to: itself where it matches, and what lies below it where the pattern goes through it by
// more than a **, which could go round in a circle.
func (f *files) follow(link string, want []string, matches bool) ([]string, error) {
	segments := strings.Split(link, "/")
	through := len(segments) < len(want) && !slices.Contains(want[:len(segments)], "**") && link != "runs" && matchPath(want, segments, true)
	if !matches && !through {
		return nil, nil
	}
	info, err := f.stat(link)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q is a link that can't be followed inside the module's folder: %w", link, cause(err))
	case matches && info.Mode().IsRegular():
		return []string{link}, nil
	case through && info.IsDir():
		return f.walk(link, want)
	}
	return nil, nil
}

// matchPath says whether the segments of a path match those of a pattern, or, for a folder, whether a file below it could.
func matchPath(pattern, segments []string, folder bool) bool {
	p, s := 0, 0
	star, from := -1, 0 // the last ** met, and the segment from which it is tried next
	for s < len(segments) {
		switch {
		case p < len(pattern) && pattern[p] == "**":
			star, from = p, s
			p++
		case p < len(pattern) && matchSegment(pattern[p], segments[s]):
			p, s = p+1, s+1
		case star >= 0 && !hidden(segments[from]):
			from++
			p, s = star+1, from
		default:
			return false
		}
	}
	if folder {
		return p < len(pattern) || star >= 0
	}
	for p < len(pattern) && pattern[p] == "**" {
		p++
	}
	return p == len(pattern)
}

func matchSegment(pattern, name string) bool {
	ok, _ := path.Match(pattern, name)
	return ok && (!hidden(name) || hidden(pattern))
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// Reads gives the files of the module's folder that the spec has read so far for its functions, each with the SHA-256 of what was
// read, hexadecimal. Of a file that was only listed, by fileset or as the corpus of an ingest, that is "".
func (m *Module) Reads() map[string]string {
	m.evaluating.Lock()
	defer m.evaluating.Unlock()
	reads := map[string]string{}
	if m.files == nil {
		return reads
	}
	for _, listing := range m.files.listings {
		for _, name := range listing {
			reads[name] = ""
		}
	}
	for name, content := range m.files.contents {
		reads[name] = sha256Hex(string(content))
	}
	return reads
}

// ReadText gives the content of a text file of the module's folder that the spec only names, as the template of a report. It is held to
// what file() is: it reads nothing outside the folder, nothing but regular files, and none of more than 4 MiB.
func (m *Module) ReadText(name string) (string, error) {
	if outside(name) {
		return "", isOutside(name)
	}
	content, err := m.files.readAll(path.Clean(name))
	if err != nil {
		return "", err
	}
	return content, isText(name, content)
}

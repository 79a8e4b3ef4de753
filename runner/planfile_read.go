package runner

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"bench/spec"
)

// maxPlanLine is the longest line of a plan file, in bytes: a file of 4 MiB, each byte of it escaped as \u00xx.
const maxPlanLine = 32 << 20

// A PlanFile is a saved plan that is being read. Of what it holds no more than a line is kept at a time.
type PlanFile struct {
	Origin
	Name string // of the file

	file   *os.File // nil: somebody else's
	scope  Scope
	files  []string // of the spec, as far as they are checked
	lines  *bufio.Reader
	line   []byte // the next one; nil at the end
	broken error  // what is wrong with the file
	lock   error  // in what the lock is no longer as it was; told where that does not follow from what the plan itself has made
}

// IsPlanFile says whether a file begins as a plan does, whatever its name is.
func IsPlanFile(name string) bool {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	begin := make([]byte, len(planMagic))
	_, err = io.ReadFull(f, begin)
	return err == nil && string(begin) == planMagic
}

// CheckSpecName refuses a file that was named as a spec and is meant as a plan: one that isn't named as specs are, and that holds nothing,
// or no text, as a plan that was cut off or damaged does. What else is wrong with a path is told by who reads the spec.
func CheckSpecName(name string) error {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json") {
		return nil
	}
	content, err := readAtMost(name, spec.MaxFile)
	if err != nil {
		return nil
	}
	is := ""
	switch content = bytes.TrimSpace(content); {
	case len(content) == 0:
		is = "is empty"
	case strings.HasPrefix(planMagic, string(content)):
		is = "holds no more than the beginning of a plan"
	case !utf8.Valid(content):
		is = "is no text, and does not begin as a plan does"
	default:
		return nil
	}
	return fmt.Errorf("%s %s, so it is neither a plan file nor a spec: plan again with -out, or name the spec", name, is)
}

// OpenPlanFile begins to read a plan file. It refuses one that another version of bench has made.
func OpenPlanFile(name, tool string) (*PlanFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	p, err := readPlan(name, tool, f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	p.file = f
	return p, nil
}

// Close ends the reading.
func (f *PlanFile) Close() error { return f.file.Close() }

// readPlan reads the origin.
func readPlan(name, tool string, r io.Reader) (*PlanFile, error) {
	f := &PlanFile{Name: name}
	compressed := bufio.NewReader(r)
	begin := make([]byte, len(planMagic))
	if _, err := io.ReadFull(compressed, begin); err != nil || string(begin) != planMagic {
		return nil, fmt.Errorf("%s is no plan file", name)
	}
	z, err := gzip.NewReader(compressed)
	if err != nil {
		return nil, f.damaged(err)
	}
	z.Multistream(false)
	f.lines = bufio.NewReaderSize(io.MultiReader(z, &nothingMore{compressed}), 1<<16)
	if f.next(); f.broken != nil {
		return nil, f.broken
	}
	if err := json.Unmarshal(f.line, &f.Origin); err != nil {
		return nil, f.damaged(err)
	}
	if err := f.fits(tool); err != nil {
		return nil, err
	}
	f.next()
	return f, f.broken
}

// nothingMore is the end of a stream behind which nothing may come.
type nothingMore struct{ r *bufio.Reader }

func (n *nothingMore) Read([]byte) (int, error) {
	if _, err := n.r.Peek(1); err == nil {
		return 0, errors.New("something follows its end")
	}
	return 0, io.EOF
}

// fits refuses an origin that this version can't go on from, and one that bench didn't write.
func (f *PlanFile) fits(tool string) (err error) {
	switch {
	case f.Schema != planSchema:
		return fmt.Errorf("%s has the form %d of a plan file, and this version of bench reads form %d: plan again with it", f.Name, f.Schema, planSchema)
	case f.Tool != tool:
		return fmt.Errorf("%s was made by bench %s, and this is %s: plan again with it", f.Name, f.Tool, tool)
	case f.Instrument != Instrument:
		return fmt.Errorf("%s was made for version %s of the measuring, and this bench has %s: plan again with it", f.Name, f.Instrument, Instrument)
	case filepath.IsAbs(f.Dir) || len(f.Paths) == 0 || slices.ContainsFunc(f.Paths, isElsewhere):
		return f.damaged(errors.New("its paths lead elsewhere"))
	case slices.ContainsFunc(f.Inputs, func(in spec.Input) bool { return in.Name == "" || in.File != "" }):
		return f.damaged(errors.New("it has a value without a variable"))
	}
	if f.scope.Only, err = spec.ParseAddresses(f.Only); err == nil {
		f.scope.Replace, err = spec.ParseAddresses(f.Replace)
	}
	if err != nil {
		return f.damaged(err)
	}
	return nil
}

// isElsewhere says whether a path is not that of a file right in the folder, or of the folder itself.
func isElsewhere(path string) bool {
	return path == ".." || path != filepath.Base(path) || strings.ContainsAny(path, "/\\\x00")
}

// Scope gives what the plan is limited to.
func (f *PlanFile) Scope() Scope { return f.scope }

// Folder gives the module's folder.
func (f *PlanFile) Folder() string {
	return filepath.Join(filepath.Dir(f.Name), filepath.FromSlash(f.Dir))
}

// Sources gives the paths that name the spec.
func (f *PlanFile) Sources() []string {
	paths := make([]string, len(f.Paths))
	for i, path := range f.Paths {
		paths[i] = filepath.Join(f.Folder(), path)
	}
	return paths
}

// next goes to the next line.
func (f *PlanFile) next() {
	f.line = f.line[:0]
	for {
		part, err := f.lines.ReadSlice('\n')
		switch {
		case len(f.line)+len(part) > maxPlanLine:
			f.stop(fmt.Errorf("it has a line of more than %d MiB", maxPlanLine>>20))
			return
		case errors.Is(err, bufio.ErrBufferFull):
			f.line = append(f.line, part...)
			continue
		case errors.Is(err, io.EOF) && len(f.line)+len(part) == 0:
			f.line = nil
			return
		case errors.Is(err, io.EOF):
			err = errors.New("its last line has no end")
		}
		if err != nil {
			f.stop(err)
			return
		}
		f.line = append(f.line, part...)
		return
	}
}

func (f *PlanFile) stop(err error) { f.line, f.broken = nil, f.damaged(err) }

func (f *PlanFile) damaged(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("its end is missing")
	}
	return fmt.Errorf("%s is damaged: %w; plan again", f.Name, err)
}

// at says whether the next line is of a kind, named by its first field.
func (f *PlanFile) at(kind string) bool { return bytes.HasPrefix(f.line, []byte(`{"`+kind+`":`)) }

// decode reads the next line, and goes on.
func (f *PlanFile) decode(into any) error {
	if err := json.Unmarshal(f.line, into); err != nil {
		return f.damaged(err)
	}
	f.next()
	return nil
}

package spec

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Options are what a spec is read with.
type Options struct {
	Inputs  []Input  // values of variables from the command line; of two for one variable, the last counts
	Version string   // of the tool, for required_version; "" or no semantic version: not checked
	Environ []string // as os.Environ gives it: for env() and BENCH_VAR_NAME; nil: none
	Classes []string // classes of error that a retry rule may name; none: not checked
	Metrics []string // what the instrument measures, for expressions over metrics; none: not checked

	// MetricsOf lists what an experiment or a dataset without a mistake has metrics of, sorted; nil: those of analyses are not checked.
	MetricsOf func(*Module, Ref) []string
}

// Load reads the files or folders as one module; no path means the working folder. Where there are errors the module may be
// incomplete, and serves only to show them: its Files hold the sources that the diagnostics point into.
func Load(paths []string, opts Options) (*Module, hcl.Diagnostics) {
	d := newDecoder(opts)
	files := d.gather(paths)
	if d.diags.HasErrors() {
		return d.module, d.diags
	}
	d.module.Dir, d.module.Sources = filepath.Dir(files[0]), files
	d.module.Whole = slices.Equal(files, specsIn(d.module.Dir))
	var bodies []hcl.Body
	sum := sha256.New()
	for _, f := range files {
		if body := d.parse(f, sum); body != nil {
			bodies = append(bodies, body)
		} else {
			d.lose()
		}
	}
	d.module.Digest = hex.EncodeToString(sum.Sum(nil))
	d.work.budgeted()
	d.decode(hcl.MergeBodies(bodies))
	if over := d.work.unbudgeted(); over != nil {
		d.diags = append(d.diags, over)
	}
	d.lock()
	return d.module, d.told()
}

// decoder carries what decoding needs from block to block.
type decoder struct {
	opts         Options
	module       *Module
	files        *files
	work         *work // of all expressions of the module
	scope        *scope
	places       map[string]hcl.Range      // where each name is declared, by address
	declarations map[string][]*declaration // what can be referred to, by type of block
	declared     map[*block]bool           // blocks whose name is theirs
	made         map[*block]blocks         // instances, by the block that has for_each
	queue        queue
	results      map[Ref]cty.Type // of analyses and comparisons that have been decoded
	own          map[string]*userFunction
	uses         *uses
	loose        map[string]bool         // names of which not all are known, after a mistake in a header
	unread       bool                    // a file of values could not be read, or not all of it
	cuts         []cutFragment           // what was taken out of the files, since it can't be parsed
	bodies       []*hclsyntax.Body       // of the files in HCL's own syntax
	stopped      bool                    // not everything was looked at, after too many mistakes
	counted      int                     // diagnostics that are looked at for mistakes
	mistakes     int                     // among those
	constant     *scope                  // functions alone
	effects      []effectOption          // what the effects of emulators depend on
	sent         map[Ref]map[string]bool // options that experiments send, by server
	writers      map[string]*Report      // by clean output
	diags        hcl.Diagnostics
}

func newDecoder(opts Options) *decoder {
	return &decoder{
		opts: opts, work: &work{}, module: &Module{Files: map[string]*hcl.File{}, Given: map[string]string{}},
		places: map[string]hcl.Range{}, declarations: map[string][]*declaration{}, declared: map[*block]bool{}, made: map[*block]blocks{},
		queue: queue{waiting: map[Ref]func(){}, place: map[Ref]int{}}, results: map[Ref]cty.Type{},
		own: map[string]*userFunction{}, uses: newUses(), loose: map[string]bool{},
		sent: map[Ref]map[string]bool{}, writers: map[string]*Report{},
	}
}

func (d *decoder) errorAt(rng hcl.Range, summary, detail string) {
	d.diags = append(d.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &rng})
}

func (d *decoder) fail(summary, detail string) {
	d.diags = append(d.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail})
}

// enough says whether as many mistakes were found as are told. What comes after them is left for the next time.
func (d *decoder) enough() bool {
	for ; d.counted < len(d.diags); d.counted++ {
		if d.diags[d.counted].Severity == hcl.DiagError {
			d.mistakes++
		}
	}
	d.stopped = d.stopped || d.mistakes >= maxMistakes
	return d.stopped
}

// told gives the diagnostics as they are shown: in order, and no more than somebody reads. Warnings stop nothing, be they ever so many.
func (d *decoder) told() hcl.Diagnostics {
	all := tidy(d.module.inJSON(d.diags))
	mistakes := all
	if first := slices.IndexFunc(all, func(diag *hcl.Diagnostic) bool { return diag.Severity != hcl.DiagError }); first >= 0 {
		mistakes = all[:first]
	}
	warnings := all[len(mistakes):]
	switch {
	case d.stopped || len(mistakes) > maxMistakes:
		more := "The rest of the spec was not looked at."
		if !d.stopped {
			more = fmt.Sprintf("There are %d in all.", len(mistakes))
		}
		return append(mistakes[:min(len(mistakes), maxMistakes)], &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: "More mistakes", Detail: fmt.Sprintf("No more than %d are told at once. %s Mend these first.", maxMistakes, more),
		})
	case len(warnings) > maxMistakes:
		return append(all[:len(mistakes)+maxMistakes], &hcl.Diagnostic{
			Severity: hcl.DiagWarning, Summary: "More warnings", Detail: fmt.Sprintf("No more than %d are told at once. There are %d in all.", maxMistakes, len(warnings)),
		})
	}
	return all
}

// gather lists the files behind the paths. They have to lie in one folder.
func (d *decoder) gather(paths []string) []string {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var files []string
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case os.IsNotExist(err):
			d.fail("No such file", fmt.Sprintf("There is no file or folder %q.%s", p, nearbySpecs(p)))
		case err != nil:
			d.diags = append(d.diags, unreadable(err))
		case info.IsDir():
			found := specsIn(p)
			if len(found) == 0 {
				d.fail("No spec here", fmt.Sprintf("The folder %q has no *.hcl file. Write one, or name the file that is meant.", p))
			}
			files = append(files, found...)
		case strings.HasSuffix(p, lockEnding):
			d.fail("Not a spec", fmt.Sprintf("%q is a lock, which is read beside its spec. Name the spec, or the folder.", p))
		default:
			files = append(files, filepath.Clean(p))
		}
	}
	slices.Sort(files)
	files = slices.Compact(files)
	for _, f := range files {
		if filepath.Dir(f) != filepath.Dir(files[0]) {
			d.fail("Files of two folders", fmt.Sprintf("%s and %s lie in different folders; the files of one module lie in one.", files[0], f))
			break
		}
	}
	return files
}

// specsIn gives the spec files of a folder, sorted.
func specsIn(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var found []string
	for _, e := range entries {
		name := e.Name()
		isSpec := strings.HasSuffix(name, ".hcl") && !strings.HasSuffix(name, lockEnding) || strings.HasSuffix(name, jsonEnding)
		if isSpec && !e.IsDir() {
			found = append(found, filepath.Join(dir, name))
		}
	}
	return found
}

func nearbySpecs(p string) string {
	var names []string
	for _, f := range specsIn(filepath.Dir(p)) {
		names = append(names, filepath.Base(f))
	}
	return didYouMean(filepath.Base(p), names, "")
}

// parse reads a file, and gives what can be understood of it; nil where nothing can.
func (d *decoder) parse(name string, sum hash.Hash) hcl.Body {
	src, err := readFile(name)
	if err != nil {
		d.diags = append(d.diags, unreadable(err))
		return nil
	}
	_, _ = fmt.Fprint(sum, filepath.Base(name), "\x00", len(src), "\x00")
	_, _ = sum.Write(src)
	rest := understand(name, src)
	d.module.Files[name] = rest.file
	d.diags, d.stopped = append(d.diags, rest.diags...), d.stopped || rest.stopped
	if rest.file.Body == nil {
		return nil
	}
	d.notice(rest.cuts)
	if body, ok := rest.file.Body.(*hclsyntax.Body); ok {
		bounded(body, d.work)
		d.bodies = append(d.bodies, body)
	}
	return rest.file.Body
}

// tidy puts errors first, then all in the order of the source, and tells each once.
func tidy(diags hcl.Diagnostics) hcl.Diagnostics {
	place := func(d *hcl.Diagnostic) (file string, byte int) {
		if d.Subject == nil {
			return "", 0
		}
		return d.Subject.Filename, d.Subject.Start.Byte
	}
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		fileA, byteA := place(a)
		fileB, byteB := place(b)
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(fileA, fileB), cmp.Compare(byteA, byteB))
	})
	return Once(diags)
}

// Once gives diagnostics without those that say again what another one says of the same place, as each instance of for_each may. A
// mistake in a template or a function is told once, with where that is called.
func Once(diags hcl.Diagnostics) hcl.Diagnostics {
	type told struct {
		summary, detail string
		at              hcl.Range
	}
	seen := map[told]int{}
	var out hcl.Diagnostics
	for _, d := range diags {
		if d.Subject != nil {
			t := told{d.Summary, d.Detail, *d.Subject}
			if calls, ok := d.Extra.(calledFrom); ok {
				t.detail = calls.what
			}
			if first, again := seen[t]; again {
				out[first] = alsoCalled(out[first], d)
				continue
			}
			seen[t] = len(out)
		}
		out = append(out, d)
	}
	return out
}

package runner

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"bench/runner/journal"
	"bench/spec"
)

// planned is a spec that refers to everything that a plan file watches.
func planned() map[string]string {
	files := maps.Clone(full)
	files["experiment.hcl"] = strings.Replace(files["experiment.hcl"], `model    = "m"`, "model    = var.model", 1) + `
variable "model" {
  default = "m"
}

variable "key" {
  default   = "hunter2"
  sensitive = true
}

variable "checked" {
  default = 1

  validation {
    condition     = var.key != sensitive("hunter3")
    error_message = "no"
  }
}

dataset "d" {
  path = "data/*.csv"
  rows = file

  metrics {
    throughput = row.tps
  }
}

analysis "a" {
  of = [dataset.d]

  metric "throughput" {
    better = "higher"
  }
}

report "r" {
  template = "r.tmpl"
  analyses = [analysis.a]
  output   = "r.md"
  vars     = { names = fileset("names/*") }
}
`
	maps.Copy(files, map[string]string{
		"data/a.csv": "tps\n1\n", "r.tmpl": "x", "names/a": "1", "bench.auto.benchvars": "", "experiment.lock.hcl": "# lock\n",
	})
	return files
}

// saved writes a spec and the plan of it, in a folder beside.
func saved(t testing.TB, files map[string]string, scope Scope) (dir, name string) {
	t.Helper()
	root := t.TempDir()
	dir, name = filepath.Join(root, "spec"), filepath.Join(root, "p.plan")
	write(t, dir, files)
	p := scoped(t, loadModule(t, dir), scope)
	if err := p.Save(name, "1.2.3", []string{filepath.Join(dir, "experiment.hcl")}); err != nil {
		t.Fatal(err)
	}
	return dir, name
}

// check goes through a plan file as an apply does.
func check(t testing.TB, name string) error {
	t.Helper()
	f, err := OpenPlanFile(name, "1.2.3")
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.CheckFiles(); err != nil {
		return err
	}
	m, diags := spec.Load(f.Sources(), spec.Options{Inputs: f.Inputs})
	if diags.HasErrors() {
		return diags
	}
	return f.Check(scoped(t, m, f.Scope()))
}

func TestPlanFile(t *testing.T) {
	dir, name := saved(t, planned(), Scope{})
	if !IsPlanFile(name) || IsPlanFile(filepath.Join(dir, "experiment.hcl")) || IsPlanFile(dir) || IsPlanFile(name+"x") {
		t.Error("a plan file is not known by how it begins")
	}
	if err := check(t, name); err != nil {
		t.Error(err)
	}
	moved := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(filepath.Dir(dir), moved); err != nil {
		t.Fatal(err)
	}
	if err := check(t, filepath.Join(moved, "p.plan")); err != nil {
		t.Errorf("after the folder was moved: %v", err)
	}
	info, err := os.Stat(filepath.Join(moved, "p.plan"))
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may read it: %v", info.Mode())
	}
	text := unpacked(t, filepath.Join(moved, "p.plan"))
	if strings.Contains(text, "hunter") {
		t.Errorf("it holds a sensitive value:\n%s", text)
	}
}

func TestPlanFileWhenTheWorldMoves(t *testing.T) {
	for name, x := range map[string]struct {
		file, old, new string // no old text: the file is written anew; no new one: it is removed
		want           string
	}{
		"spec":            {"experiment.hcl", "repeats  = 1", "repeats  = 2", "line 41 of DIR/experiment.hcl was `repeats  = 1` and is `repeats  = 2`"},
		"white space":     {"experiment.hcl", "  repeats  = 1", "    repeats  = 1", "line 41 of DIR/experiment.hcl has other white space"},
		"secret":          {"experiment.hcl", "hunter2", "hunter4", "DIR/experiment.hcl has changed in a line that holds a sensitive value"},
		"syntax":          {"experiment.hcl", "repeats  = 1", "repeats = {", "DIR/experiment.hcl has changed;"},
		"spec is gone":    {"experiment.hcl", "", "", "DIR/experiment.hcl is gone"},
		"lock":            {"experiment.lock.hcl", "lock", "other", "line 1 of DIR/experiment.lock.hcl was `# lock` and is `# other`"},
		"new lock":        {"other.lock.hcl", "", "x = 1\n", "DIR/other.lock.hcl is new"},
		"values":          {"bench.auto.benchvars", "", "model = \"m\"\n", `variable "model" has another value`},
		"prompt":          {"prompt.tmpl", "Look", "See", "DIR/prompt.tmpl has changed"},
		"corpus":          {"corpus/a.txt", "alpha", "beta", "DIR/corpus/a.txt has changed"},
		"new in corpus":   {"corpus/b.txt", "", "x", "DIR/corpus/b.txt is new"},
		"data":            {"data/a.csv", "1", "2", "DIR/data/a.csv has changed"},
		"template":        {"r.tmpl", "x", "y", "DIR/r.tmpl has changed"},
		"listed":          {"names/b", "", "x", "DIR/names/b is new"},
		"listed, unread":  {"names/a", "1", "2", ""},
		"listed, is gone": {"names/a", "", "", "DIR/names/a is gone"},
		"not meant":       {"other.txt", "", "x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir, name := saved(t, planned(), Scope{})
			path := filepath.Join(dir, x.file)
			content := x.new
			if x.old != "" {
				old, err := os.ReadFile(path)
				if err != nil || !strings.Contains(string(old), x.old) {
					t.Fatalf("%s: %v", x.file, err)
				}
				content = strings.Replace(string(old), x.old, x.new, 1)
			}
			if content == "" {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else {
				write(t, dir, map[string]string{x.file: content})
			}
			err := check(t, name)
			if want := strings.ReplaceAll(x.want, "DIR", dir); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%v\nwant %s", err, want)
			}
			if err != nil && strings.Contains(err.Error(), "hunter") {
				t.Errorf("%v shows a sensitive value", err)
			}
		})
	}
}

func TestPlanFileWhenRunsWereMade(t *testing.T) {
	dir, name := saved(t, full, Scope{})
	p := plan(t, loadModule(t, dir))
	commitRun(t, p, runsOf(p)[0])
	want := `one of its 2 runs has been made meanwhile: experiment.x.config["ctx256"].run[1]`
	if err := check(t, name); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	p = plan(t, loadModule(t, dir))
	if err := p.Save(name, "1.2.3", []string{dir}); err != nil {
		t.Fatal(err)
	}
	if err := check(t, name); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll(folder(p)); err != nil {
		t.Fatal(err)
	}
	want = `one of its 2 runs was up to date and no longer is: experiment.x.config["ctx256"].run[1]`
	if err := check(t, name); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// The lock that the apply of a plan writes makes its runs others than were planned. What is told is that they have been made.
func TestPlanFileAndTheLockOfItsApply(t *testing.T) {
	for name, before := range map[string]string{"new": "", "more is known": "server \"emulator\" \"s\" {\n}\n"} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(full)
			if before != "" {
				files[spec.LockFile] = before
			}
			dir, name := saved(t, files, Scope{})
			wants := func(want string) {
				t.Helper()
				if err := check(t, name); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v, want %s", err, want)
				}
			}
			write(t, dir, map[string]string{spec.LockFile: "server \"emulator\" \"s\" {\n  version = \"emulator-1\"\n}\n"})
			wants(spec.LockFile)
			p := plan(t, loadModule(t, dir))
			commitRun(t, p, runsOf(p)[1])
			wants(`one of its 2 runs has been made meanwhile: experiment.x.config["ctx512"].run[1]; plan again`)
			commitRun(t, p, runsOf(p)[0])
			wants("is out of date: the 2 runs that it makes have been made already; plan again")
		})
	}
}

// What is to be made again though it counts is made once by a plan.
func TestPlanFileReplacesOnce(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	p := plan(t, loadModule(t, dir))
	r := runsOf(p)[0]
	commitRun(t, p, r)
	name := filepath.Join(t.TempDir(), "p.plan")
	p = scoped(t, loadModule(t, dir), Scope{Replace: []spec.Address{r.Address}})
	if err := p.Save(name, "1.2.3", []string{dir}); err != nil {
		t.Fatal(err)
	}
	if err := check(t, name); err != nil {
		t.Error(err)
	}
	commitRun(t, p, r)
	if err := check(t, name); err == nil || !strings.Contains(err.Error(), "has been made meanwhile") {
		t.Errorf("%v", err)
	}
}

// commitRun commits a record of a run.
func commitRun(t testing.TB, p *Plan, r *Run) {
	t.Helper()
	j, err := journal.Open(p.Folder(r.Experiment), "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := j.Start(r.place(), r.Address.String(), r.Hash)
	if err != nil {
		t.Fatal(err)
	}
	s := &sweep{plan: p, experiment: r.Experiment}
	if err := j.Commit(s.record(r, a, done())); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestPlanFileOfAnotherVersion(t *testing.T) {
	_, name := saved(t, full, Scope{})
	if _, err := OpenPlanFile(name, "2.0.0"); err == nil || !strings.Contains(err.Error(), "was made by bench 1.2.3, and this is 2.0.0") {
		t.Errorf("%v", err)
	}
	for old, want := range map[string]string{
		`"schema":1`:               "form 7 of a plan file",
		`"instrument":"2"`:         "version 7 of the measuring",
		`"dir":"spec"`:             "lead elsewhere",
		`"paths":["experiment`:     "lead elsewhere",
		`"file":"experiment.hcl"`:  "the spec has no file",
		`"inputs":[]}`:             "a value without a variable",
		`"action":"run"`:           "does not say what becomes",
		`{"address":"experiment`:   "damaged",
		`"inputs":[]`:              "damaged",
		`"hash":"`:                 "something else than was planned",
		`{"input":"corpus/a.txt",`: "damaged",
	} {
		new := map[string]string{
			`"schema":1`: `"schema":7`, `"instrument":"2"`: `"instrument":"7"`, `"dir":"spec"`: `"dir":"/etc"`, `"paths":["experiment`: `"paths":["../experiment`,
			`"file":"experiment.hcl"`: `"file":"../experiment.hcl"`, `"inputs":[]}`: `"inputs":[{"file":"x"}]}`, `"action":"run"`: `"action":"burn"`, `{"address":"experiment`: `{"adress":"experiment`,
			`"inputs":[]`: `"inputs":7`, `"hash":"`: `"hash":"0`, `{"input":"corpus/a.txt",`: `{"input":7,`,
		}[old]
		text := unpacked(t, name)
		if !strings.Contains(text, old) {
			t.Fatalf("no %s in\n%s", old, text)
		}
		bad := filepath.Join(filepath.Dir(name), "bad.plan")
		pack(t, bad, strings.Replace(text, old, new, 1))
		if err := check(t, bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", new, err, want)
		}
	}
}

func TestPlanFileIsCut(t *testing.T) {
	_, name := saved(t, full, Scope{})
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	text := unpacked(t, name)
	bad := filepath.Join(filepath.Dir(name), "bad.plan")
	for n := 0; n < len(whole); n++ {
		if n > 100 && n < len(whole)-20 {
			n += 10
		}
		write(t, filepath.Dir(bad), map[string]string{"bad.plan": string(whole[:n])})
		if err := check(t, bad); err == nil {
			t.Fatalf("its first %d of %d bytes are taken for a plan", n, len(whole))
		}
		flipped := slices.Clone(whole)
		flipped[n] ^= 0x10
		write(t, filepath.Dir(bad), map[string]string{"bad.plan": string(flipped)})
		if err := check(t, bad); err == nil && unpacked(t, bad) != text { // bits before the checksum, or before an empty block, may mean nothing
			t.Fatalf("byte %d is flipped, and nobody says so", n)
		}
	}
	write(t, filepath.Dir(bad), map[string]string{"bad.plan": string(whole) + "x"})
	if err := check(t, bad); err == nil || !strings.Contains(err.Error(), "something follows its end") {
		t.Errorf("%v", err)
	}
}

// A small file that unpacks to a very large one is refused before it fills the memory.
func TestPlanFileIsABomb(t *testing.T) {
	_, name := saved(t, full, Scope{})
	head, _, _ := strings.Cut(unpacked(t, name), "\n")
	for what, line := range map[string]string{"line": "{", "files": `{"file":"a.hcl","sha256":"x"}` + "\n", "runs": `{"address":"x"}` + "\n"} {
		bad := filepath.Join(t.TempDir(), "bad.plan")
		f, err := os.Create(bad)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(f, planMagic)
		z, _ := gzip.NewWriterLevel(f, gzip.BestSpeed)
		fmt.Fprintln(z, head)
		block := bytes.Repeat([]byte(line), 1<<20/len(line))
		for range 256 {
			if _, err := z.Write(block); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		f.Close()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if err := check(t, bad); err == nil {
			t.Errorf("%s: no error", what)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 224<<20 {
			t.Errorf("%s: %d MB", what, used>>20)
		}
	}
}

// What was given as a spec, and can only be meant as a plan, is refused as one.
func TestCheckSpecName(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"empty.plan":     {"", "is empty"},
		"blank":          {" \n", "is empty"},
		"cut.plan":       {planMagic[:5], "the beginning of a plan"},
		"byte.plan":      {"bench plaX\n\x1f\x8b", "is no text"},
		"empty.hcl":      {"", ""},
		"bytes.hcl":      {"\x1f\x8b", ""},
		"empty.hcl.json": {"", ""},
		"spec.txt":       {"locals {}", ""},
	} {
		write(t, dir, map[string]string{name: c.content})
		err := CheckSpecName(filepath.Join(dir, name))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, name := range []string{dir, filepath.Join(dir, "none.plan")} {
		if err := CheckSpecName(name); err != nil {
			t.Error(err) // it is told by who reads the spec
		}
	}
}

func TestSaveRefuses(t *testing.T) {
	dir, _ := saved(t, full, Scope{})
	p := plan(t, loadModule(t, dir))
	for name, want := range map[string]string{
		filepath.Join(dir, "experiment.hcl"): "is there already, and it is no plan",
		dir:                                  "is there already, and it is no plan",
		filepath.Join(dir, "no", "p.plan"):   "can't be written",
	} {
		if err := p.Save(name, "1.2.3", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// unpacked gives the lines of a plan file.
func unpacked(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(content[len(planMagic):]))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// pack is the reverse of unpacked.
func pack(t testing.TB, name, text string) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(planMagic)
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// The lines of a plan file are anybody's: whatever they say, it is an error or the plan, and nothing is read outside the folder.
func FuzzPlanFile(f *testing.F) {
	dir, name := saved(f, planned(), Scope{})
	text := unpacked(f, name)
	f.Add(text)
	for _, cut := range []int{0, 1, len(text) / 2, len(text) - 1} {
		f.Add(text[:cut])
	}
	lines := strings.SplitAfter(text, "\n")
	f.Add(strings.Join(slices.Concat(lines[:1], lines), ""))
	f.Add(lines[0])
	p := plan(f, loadModule(f, dir))
	runs := text[strings.Index(text, "{\"address"):]
	f.Fuzz(func(t *testing.T, text string) {
		bad := filepath.Join(filepath.Dir(name), "bad.plan")
		var b bytes.Buffer
		b.WriteString(planMagic)
		z := gzip.NewWriter(&b)
		_, _ = io.WriteString(z, text)
		_ = z.Close()
		read, err := readPlan(bad, "1.2.3", &b)
		if err != nil {
			return
		}
		if err := read.CheckFiles(); err != nil {
			return
		}
		if err := read.Check(p); err == nil && text[strings.Index(text, "{\"address"):] != runs {
			t.Errorf("taken for the plan:\n%s", text)
		}
	})
}

// The same module gives the same plan, wherever it lies, in whatever files its blocks stand, and however often it is made. Only the
// order of experiments is that of the files' names.
func TestSameModuleSamePlan(t *testing.T) {
	files := planned()
	blocks := strings.SplitAfter(strings.TrimPrefix(files["experiment.hcl"], "\n"), "\n}\n")
	delete(files, "experiment.hcl")
	var want string
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		split := maps.Clone(files)
		random.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
		for _, b := range blocks {
			split[fmt.Sprintf("%c.hcl", 'a'+random.IntN(5))] += b + "\n"
		}
		dir := filepath.Join(t.TempDir(), fmt.Sprint(seed))
		write(t, dir, split)
		m, diags := spec.Load([]string{dir}, spec.Options{})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		p := plan(t, m)
		var got strings.Builder
		for r := range p.Runs() {
			got.Write(r.AppendJSON(nil))
		}
		if want == "" {
			want = got.String()
		}
		if got.String() != want {
			t.Fatalf("seed %d:\n%s\nwant\n%s", seed, got.String(), want)
		}
	}
}

func TestSamePlanSameFile(t *testing.T) {
	var want []byte
	for range 20 {
		_, name := saved(t, planned(), Scope{})
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Fatal("the same plan is another file")
		}
	}
}

// In whatever order the files of a spec are named, and be it twice, the plan is the same.
func TestSamePlanWhateverTheOrderOfItsPaths(t *testing.T) {
	dir, name := saved(t, planned(), Scope{})
	write(t, dir, map[string]string{"a.hcl": "locals {\n  a = 1\n}\n"})
	a, b := filepath.Join(dir, "a.hcl"), filepath.Join(dir, "experiment.hcl")
	var want []byte
	for _, paths := range [][]string{{a, b}, {b, a}, {b, a, b}} {
		m, diags := spec.Load(paths, spec.Options{})
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if err := plan(t, m).Save(name, "1.2.3", paths); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = got
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%q give another file", paths)
		}
	}
	if err := check(t, name); err != nil {
		t.Error(err)
	}
}

// BenchmarkPlanFile writes and checks a plan of 100 000 runs.
func BenchmarkPlanFile(b *testing.B) {
	files := maps.Clone(full)
	files["experiment.hcl"] = strings.Replace(files["experiment.hcl"], "num_ctx = [256, 512]", "num_ctx = range(100000)", 1)
	dir := b.TempDir()
	write(b, dir, files)
	p := plan(b, loadModule(b, dir))
	name := filepath.Join(b.TempDir(), "p.plan")
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Save(name, "1.2.3", []string{dir}); err != nil {
			b.Fatal(err)
		}
		f, err := OpenPlanFile(name, "1.2.3")
		if err != nil {
			b.Fatal(err)
		}
		if err := f.CheckFiles(); err != nil {
			b.Fatal(err)
		}
		if err := f.Check(p); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}

package runner

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bench/runner/journal"
	"bench/spec"
)

// full is a spec in which everything that makes up an identity stands once.
var full = map[string]string{
	"corpus/a.txt": "alpha",
	"prompt.tmpl":  "Look at ${corpus.summary}",
	"experiment.hcl": `
server "emulator" "s" {
  ttft              = "1ms"
  tokens_per_second = 10000
}

target "local" "t" {
  labels = { role = "test" }
}

workload "w" {
  ingest "corpus" {
    paths = ["corpus/*"]
  }

  step "one" {
    prompt     = templatefile("prompt.tmpl", { corpus = ingest.corpus })
    max_tokens = 4

    extract {
      first = substr(self.response, 0, 1)
    }
  }

  score "length" {
    value  = length(step.one.response)
    better = "higher"
  }

  valid {
    condition     = step.one.output_tokens > 0
    error_message = "nothing"
  }
}

experiment "x" {
  server   = server.emulator.s
  target   = target.local.t
  workload = workload.w
  model    = "m"
  repeats  = 1
  seed     = 5
  timeout  = "20s"

  matrix {
    num_ctx = [256, 512]
  }

  options = merge({ top_p = 0.9 }, matrix)

  isolation {
    model = "keep"
  }

  retry {
    attempts = 2
  }
}
`,
}

// changed gives the spec with one text in place of another, in one file.
func changed(t *testing.T, file, old, new string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for name, content := range full {
		files[name] = content
	}
	if !strings.Contains(files[file], old) {
		t.Fatalf("%s does not hold %q", file, old)
	}
	files[file] = strings.Replace(files[file], old, new, 1)
	return files
}

// reasons gives the reasons of a plan, each once.
func reasons(p *Plan) []string {
	var all []string
	for r := range p.Runs() {
		for _, why := range r.Reasons {
			if s := why.String(); !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

func TestWhatMakesARunStale(t *testing.T) {
	emulatorGone := []string{"emulator jitter", "emulator load_time", "emulator output_tokens", "emulator seed", "emulator tokens_per_second", "emulator ttft"}
	for name, test := range map[string]struct {
		file, old, new string
		want           []string // beginnings; none: it stays up to date
	}{
		"prompt's file":      {"prompt.tmpl", "Look at", "Study", []string{"prompt of step one changed: sha256 "}},
		"prompt":             {"experiment.hcl", "{ corpus = ingest.corpus }", "{ corpus = { summary = \"x\" } }", []string{"prompt of step one changed: sha256 "}},
		"max_tokens":         {"experiment.hcl", "max_tokens = 4", "max_tokens = 5", []string{"max_tokens of step one changed: 4 → 5"}},
		"extract":            {"experiment.hcl", "0, 1)", "0, 2)", []string{"extract first of step one changed: sha256 "}},
		"score":              {"experiment.hcl", "length(step.one.response)", "1", []string{"score length changed: sha256 "}},
		"option":             {"experiment.hcl", "top_p = 0.9", "top_p = 0.8", []string{"option top_p changed: 0.9 → 0.8"}},
		"new option":         {"experiment.hcl", "{ top_p", "{ top_k = 4, top_p", []string{"option top_k changed: (none) → 4"}},
		"option is gone":     {"experiment.hcl", "{ top_p = 0.9 }", "{}", []string{"option top_p changed: 0.9 → (none)"}},
		"model":              {"experiment.hcl", `"m"`, `"n"`, []string{"model changed: m → n"}},
		"emulator":           {"experiment.hcl", "10000", "20000", []string{"emulator tokens_per_second changed: 10000 → 20000 (experiment.hcl:2)"}},
		"emulator's time":    {"experiment.hcl", `"1ms"`, `"2.5s"`, []string{"emulator ttft changed: 1ms → 2.5s (experiment.hcl:2)"}},
		"effect":             {"experiment.hcl", "10000\n", "10000\n  effect {\n    when = { num_ctx = 256 }\n    ttft = \"+2%\"\n  }\n", []string{`emulator effects changed: (none) → [{"when":{"num_ctx":256},"ttft":0.02}]`}},
		"server":             {"experiment.hcl", "server.emulator.s\n", "server.ollama.o\n", append(slices.Clone(emulatorGone), "server changed: emulator → ollama")},
		"command":            {"experiment.hcl", "server.emulator.s\n", "server.ollama.managed\n", slices.Concat([]string{"command of the server changed: (none) → sha256 "}, emulatorGone, []string{"server"})},
		"cooldown":           {"experiment.hcl", `model = "keep"`, "model = \"keep\"\n    cooldown = \"1s\"", []string{"cooldown changed: (none) → 1s"}},
		"memory":             {"experiment.hcl", `model = "keep"`, "model = \"keep\"\n    memory = \"2GiB\"", []string{"memory changed: (none) → 2048 MiB"}},
		"corpus":             {"corpus/a.txt", "alpha", "beta", []string{"files of ingest corpus changed: sha256 "}},
		"isolation":          {"experiment.hcl", `"keep"`, `"warm"`, []string{"isolation changed: keep → warm"}},
		"label":              {"experiment.hcl", `"test"`, `"other"`, []string{"label role changed: test → other"}},
		"cores":              {"experiment.hcl", "labels =", "cpus = \"0\"\n  labels =", []string{"cores changed: (none) → 0"}},
		"comment":            {"experiment.hcl", "  step \"one\"", "  # a comment\n  step \"one\"", nil},
		"comment inside":     {"experiment.hcl", "templatefile(", "templatefile(/* a comment */ ", nil},
		"white space":        {"experiment.hcl", "max_tokens = 4", "max_tokens   =   4\n\n", nil},
		"white space inside": {"experiment.hcl", "{ corpus = ingest.corpus }", "{corpus=ingest.corpus}", nil},
		"timeout":            {"experiment.hcl", `"20s"`, `"40s"`, nil},
		"retry":              {"experiment.hcl", "attempts = 2", "attempts = 5", nil},
		"seed of the order":  {"experiment.hcl", "seed     = 5", "seed     = 6", nil},
		"order":              {"experiment.hcl", "repeats  = 1", "repeats  = 1\n  order = \"random\"", nil},
		"title":              {"experiment.hcl", "repeats  = 1", "repeats  = 1\n  title = \"other\"", nil},
		"rule":               {"experiment.hcl", "> 0", "> 1", nil},
		"order of the axes":  {"experiment.hcl", "[256, 512]", "[512, 256]", nil},
		"parallelism":        {"experiment.hcl", "labels =", "parallelism = 2\n  labels =", nil},
		"limits of a call":   {"experiment.hcl", "10000", "10000\n  timeouts {\n    idle = \"9s\"\n  }", nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, full)
			old := plan(t, loadModule(t, dir))
			pretend(t, old)
			if todo := todoOf(plan(t, loadModule(t, dir))); len(todo) > 0 {
				t.Fatal("nothing changed, and yet: ", todo[0].Reasons)
			}
			more := "server \"ollama\" \"o\" {\n  url = \"http://h\"\n}\nserver \"ollama\" \"managed\" {\n  url = \"http://h\"\n  command = [\"x\"]\n}\n"
			files := changed(t, test.file, test.old, test.new)
			files["experiment.hcl"] += more
			write(t, dir, files)
			p := plan(t, loadModule(t, dir))
			got := reasons(p)
			if len(got) != len(test.want) {
				t.Fatalf("%q, want %q", got, test.want)
			}
			for i := range got {
				if !strings.HasPrefix(got[i], test.want[i]) {
					t.Errorf("%q, want %q…", got[i], test.want[i])
				}
			}
			if stale := len(todoOf(p)); (stale > 0) != (len(test.want) > 0) || stale > 0 && stale != 2 {
				t.Errorf("%d of 2 runs are stale", stale)
			}
		})
	}
}

// The parts of an identity are a contract: one more or less makes every record stale that there is.
func TestIdentity(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, changed(t, "experiment.hcl", "repeats  = 1", "repeats  = 1\n  warmup = 1"))
	all := runsOf(plan(t, loadModule(t, dir)))
	id := all[2].Identity() // the first run after the two warm-ups
	for name, want := range map[string]string{
		"agent": "builtin workflow, instrument 2", "isolation": "keep", "label role": "test", "max_tokens of step one": "4", "model": "m",
		"option num_ctx": "256", "option top_p": "0.9", "repeat": "1", "server": "emulator", "steps": "one", "target": "local",
		"emulator jitter": "0", "emulator load_time_ns": "0", "emulator output_tokens": "0", "emulator seed": "0", "emulator tokens_per_second": "10000", "emulator ttft_ns": "1000000",
	} {
		if id[name] != want {
			t.Errorf("%s is %q, want %q", name, id[name], want)
		}
	}
	for _, name := range []string{"extract first of step one", "files of ingest corpus", "prompt of step one", "score length"} {
		if len(id[name]) != 64 {
			t.Errorf("%s is %q, want a digest", name, id[name])
		}
	}
	if len(id) != 21 {
		t.Errorf("%d parts: %v", len(id), id)
	}
	hashes := map[string]bool{}
	for _, r := range all {
		hashes[r.Hash] = true
	}
	if len(hashes) != 4 {
		t.Errorf("4 runs have %d identities", len(hashes))
	}
}

// The hash covers the identity and nothing else: it can be told from what a record keeps.
func TestHashIsThatOfTheIdentity(t *testing.T) {
	hashOf := func(id map[string]string) string {
		var shared, own []byte
		for _, name := range slices.Sorted(maps.Keys(id)) {
			switch {
			case name == repeatPart:
			case strings.HasPrefix(name, optionPart):
				own = appendPart(own, name, id[name])
			default:
				shared = appendPart(shared, name, id[name])
			}
		}
		sum := sha256.Sum256(shared)
		sum = sha256.Sum256(append(sum[:], own...))
		return Digest(appendPart(sum[:], repeatPart, id[repeatPart]))
	}
	options := `options = merge({ top_p = 0.9, stop = ["a", "\n\"é<"], think = true, tiny = 1e-9, huge = 1e30, text = "0.9" }, matrix)`
	dir := t.TempDir()
	write(t, dir, changed(t, "experiment.hcl", "options = merge({ top_p = 0.9 }, matrix)", options+"\nwarmup = 2\nbaseline \"default\" {\n}"))
	all := runsOf(plan(t, loadModule(t, dir)))
	for _, r := range all {
		if r.Hash != hashOf(r.Identity()) {
			t.Errorf("%s: %s, and its identity is %v", r.Address, r.Hash, r.Identity())
		}
	}
	for name, want := range map[string]string{
		"stop": `["a","\u000a\"é<"]`, "think": "true", "tiny": "1e-09", "huge": "1e+30", "text": `"0.9"`, "top_p": "0.9",
	} {
		var value any
		got := all[len(all)-1].Identity()[optionPart+name]
		if err := json.Unmarshal([]byte(got), &value); err != nil || got != want {
			t.Errorf("option %s is %s, want %s", name, got, want)
		}
	}
}

// pretend writes the records that an apply of the plan would.
func pretend(t testing.TB, p *Plan) {
	t.Helper()
	for _, e := range p.Module.Experiments {
		j, err := journal.Open(p.Folder(e), "")
		if err != nil {
			t.Fatal(err)
		}
		for r := range p.Of(e) {
			a, err := j.Start(r.place(), r.Address.String(), r.Hash)
			if err != nil {
				t.Fatal(err)
			}
			s := &sweep{plan: p, experiment: e}
			if err := j.Commit(s.record(r, a, done())); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A changed value is shown as it was and as it is, digests by what tells them apart.
func TestReasonShowsOldAndNew(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	pretend(t, plan(t, loadModule(t, dir)))
	write(t, dir, changed(t, "prompt.tmpl", "Look at", "Study"))
	why := runsOf(plan(t, loadModule(t, dir)))[0].Reasons[0]
	if len(why.Old) != 64 || len(why.New) != 64 || why.String() != fmt.Sprintf("prompt of step one changed: sha256 %s… → %s… (experiment.hcl:17, prompt.tmpl)", why.Old[:6], why.New[:6]) {
		t.Errorf("%+v: %s", why, why)
	}
}

// The hash of a record is that of its identity; one that is not was altered by hand, and is not trusted.
func TestAlteredRecord(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	p := plan(t, loadModule(t, dir))
	pretend(t, p)
	path := filepath.Join(folder(p), "ctx256", "run_1.json")
	text := string(must(os.ReadFile(path)))
	write(t, filepath.Dir(path), map[string]string{"run_1.json": strings.Replace(text, runsOf(p)[0].Hash, Digest(nil), 1)})
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)); err != nil { // a test may be as quick as the file system's clock
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder(p), "journal.jsonl")); err != nil { // which knows what the file was
		t.Fatal(err)
	}
	if got := reasons(plan(t, p.Module)); !slices.Equal(got, []string{Altered}) {
		t.Errorf("%q", got)
	}
}

// The same spec and records give the same plan, to the last byte, wherever the folder lies.
func TestPlanIsDeterministic(t *testing.T) {
	var first []byte
	for range 3 {
		dir := t.TempDir()
		write(t, dir, changed(t, "experiment.hcl", "repeats  = 1", "repeats  = 3\n  order = \"random\""))
		var text []byte
		for r := range plan(t, loadModule(t, dir)).Runs() {
			text = r.AppendJSON(text)
		}
		if first == nil {
			first = text
		}
		if string(text) != string(first) {
			t.Fatalf("two plans:\n%s\n%s", first, text)
		}
	}
}

// A plan reads, and leaves no trace.
func TestPlanHasNoSideEffects(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	plan(t, loadModule(t, dir))
	var names []string
	for _, f := range must(filepath.Glob(filepath.Join(dir, "*"))) {
		names = append(names, filepath.Base(f))
	}
	if !slices.Equal(names, []string{"corpus", "experiment.hcl", "prompt.tmpl"}) {
		t.Errorf("there are now %q", names)
	}
}

const scopes = quick + quickServer + `
experiment "x" {
  server   = server.emulator.s
  workload = workload.w
  model    = "m"
  repeats  = 2
  warmup   = 1

  matrix {
    num_ctx = [256, 512, 1024]

    skip {
      when   = matrix.num_ctx == 1024
      reason = "does not fit"
    }
  }

  options = matrix

  baseline "default" {
    options = {}
    paired  = true
  }
}
`

func TestScope(t *testing.T) {
	m := module(t, scopes)
	address := func(s string) spec.Address { return must(spec.ParseAddress(s)) }
	for _, test := range []struct {
		only []string
		want string // configurations and files, in order
	}{
		{[]string{`experiment.x.config["ctx512"]`}, "4 ctx512/warmup_1 8 ctx512/run_1 9 ctx512/run_2"},
		{[]string{`experiment.x.config["ctx512"].run[2]`, `experiment.x.config["ctx256"].warmup[1]`}, "2 ctx256/warmup_1 9 ctx512/run_2"},
		{[]string{`experiment.x.config["baseline_default_ctx256"]`}, "1 baseline_default_ctx256/warmup_1 5 baseline_default_ctx256/run_1 12 baseline_default_ctx256/run_2"},
	} {
		var scope Scope
		for _, s := range test.only {
			scope.Only = append(scope.Only, address(s))
		}
		var got []string
		for r := range scoped(t, m, scope).Runs() {
			got = append(got, fmt.Sprintf("%d %s/%s", r.Position, r.Address.Configuration, r.Address.File()))
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%q:\n%s\nwant\n%s", test.only, s, test.want)
		}
	}
	for _, test := range []struct{ address, want string }{
		{`experiment.x.config["ctx1024"]`, `experiment.x.config["ctx1024"] is skipped: does not fit`},
		{`experiment.x.config["ctx513"]`, `experiment.x.config["ctx513"] names no run of the plan. Did you mean experiment.x.config["ctx512"]?`},
		{`experiment.x.config["ctx512"].run[3]`, `experiment.x.config["ctx512"].run[3] names no run of the plan.`},
		{`experiment.y`, `experiment.y names no run of the plan. Did you mean experiment.x?`},
	} {
		for _, scope := range []Scope{{Only: []spec.Address{address(test.address)}}, {Replace: []spec.Address{address(test.address)}}} {
			_, _, err := NewPlan(m, scope)
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("%s: %v, want %s", test.address, err, test.want)
			}
		}
	}
}

func TestReplaceAndSkip(t *testing.T) {
	m := module(t, scopes)
	p := plan(t, m)
	if s := p.Skipped(); p.Len() != 12 || len(s) != 2 || s[0].Reason != "does not fit" || s[0].Address.Configuration != "ctx1024" {
		t.Errorf("%d runs, skipped: %v", p.Len(), s)
	}
	pretend(t, p)
	again := scoped(t, m, Scope{Replace: []spec.Address{{Experiment: "x", Configuration: "ctx256"}}})
	if got := reasons(again); len(todoOf(again)) != 3 || !slices.Equal(got, []string{AskedFor}) {
		t.Errorf("%d to do: %q", len(todoOf(again)), got)
	}
	if left := todoOf(plan(t, m)); len(left) > 0 {
		t.Errorf("%d left", len(left))
	}
}

func TestEstimate(t *testing.T) {
	m := module(t, "target \"local\" \"t\" {\n  parallelism = 2\n}\n"+strings.Replace(scopes, "  warmup   = 1", "  isolation {\n    cooldown = \"1s\"\n  }\n  target = target.local.t", 1))
	p := plan(t, m)
	if took, from := p.Estimate(); took != 0 || from != 0 {
		t.Errorf("without records: %s from %d", took, from)
	}
	pretend(t, p) // each took 3 s
	p = scoped(t, m, Scope{Replace: []spec.Address{{Experiment: "x", Configuration: "ctx256"}}})
	if took, from := p.Estimate(); took.Seconds() != 4 || from != 8 {
		t.Errorf("%s from %d, want 4s from 8", took, from)
	}
}

// A record that can't be read is an error that names it, not a run to make again.
func TestPlanRefusesABrokenRecord(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	write(t, dir, map[string]string{"runs/x/ctx256/run_1.json": `{"schema": 1, "addr`})
	_, _, err := NewPlan(loadModule(t, dir), Scope{})
	if err == nil || !strings.Contains(err.Error(), filepath.Join("ctx256", "run_1.json")) {
		t.Error(err)
	}
}

// Whoever mends broken records by hand is told of all of them at once.
func TestPlanNamesEveryBrokenRecord(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	write(t, dir, map[string]string{"runs/x/ctx256/run_1.json": "{", "runs/x/ctx512/run_1.json": "{"})
	_, _, err := NewPlan(loadModule(t, dir), Scope{})
	for _, name := range []string{"ctx256", "ctx512"} {
		if err == nil || !strings.Contains(err.Error(), filepath.Join("runs", "x", name, "run_1.json")) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}

// A corpus that can't be read is an error of the plan.
func TestPlanRefusesALargeCorpus(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, changed(t, "experiment.hcl", "paths =", "max_bytes = \"1B\"\n    paths ="))
	_, _, err := NewPlan(loadModule(t, dir), Scope{})
	if err == nil || !strings.Contains(err.Error(), `ingest "corpus"`) {
		t.Error(err)
	}
}

// BenchmarkPlan plans again what a sweep of 18 configurations and 54 runs has measured.
func BenchmarkPlan(b *testing.B) {
	dir := b.TempDir()
	files := map[string]string{}
	for name, content := range full {
		files[name] = strings.NewReplacer("[256, 512]", "range(18)", "repeats  = 1", "repeats  = 3").Replace(content)
	}
	write(b, dir, files)
	m := loadModule(b, dir)
	pretend(b, plan(b, m))
	for b.Loop() {
		if todo := todoOf(plan(b, m)); len(todo) > 0 {
			b.Fatal(todo[0].Reasons)
		}
	}
}

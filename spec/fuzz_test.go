package spec

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// FuzzLoad: whatever the bytes, Load returns, each diagnostic can be written, and a module without mistakes can be gone through.
func FuzzLoad(f *testing.F) {
	specs, err := filepath.Glob("testdata/errors/*/experiment.hcl")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range specs {
		if takesLong(name) {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) { goThrough(t, "experiment.hcl", src) })
}

// takesLong says whether a spec is there to take as much work as any may. What a fuzzer makes of it does as well, and a fuzzer takes
// 10 s for a hang: on a busy machine it finds nothing else.
func takesLong(name string) bool {
	folder := filepath.Base(filepath.Dir(name))
	return strings.Contains(folder, "too_") || strings.HasPrefix(folder, "many_") || folder == "value_multiplies"
}

// FuzzJSON is FuzzLoad for HCL's JSON syntax.
func FuzzJSON(f *testing.F) {
	specs, err := filepath.Glob("testdata/errors/*/*" + jsonEnding)
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range specs {
		if takesLong(name) || strings.HasSuffix(filepath.Dir(name), "json_loops") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte(`{"server":{"emulator":{"e":{}}},"workload":{"w":{"step":{"s":{"prompt":"${1+1}"}}}},"experiment":{"x":{"for_each":["a"],"server":"${server.emulator.e}","workload":"${workload.w}","model":"m","matrix":{"a":[1,2]},"options":"${matrix}"}}}`))
	f.Fuzz(func(t *testing.T, src []byte) { goThrough(t, "experiment"+jsonEnding, src) })
}

// goThrough loads a file, and goes through everything that a file gives.
func goThrough(t *testing.T, name string, src []byte) {
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, src, 0o600); err != nil {
		t.Fatal(err)
	}
	m, diags := Load([]string{name}, Options{Version: "0.1.0", Inputs: []Input{{Name: "model", Text: "a"}, {Name: "key", Text: "hunter2"}}, Classes: []string{"timeout"}})
	writable(t, m, diags)
	for _, e := range m.Experiments {
		for c, failed := range e.Configurations() {
			if failed.HasErrors() && !diags.HasErrors() {
				t.Fatalf("%s failed after Load found no mistake: %v", c.Name, failed)
			}
			if len(c.Name) > maxName {
				t.Fatalf("the name %s is too long", c.Name)
			}
			for _, a := range c.Agents() {
				if p, failed := m.Program(a.Work); !diags.HasErrors() && (failed.HasErrors() || len(p.Steps) == 0) {
					t.Fatalf("%s has no program: %v", c.Name, failed)
				}
			}
		}
	}
}

// writable holds that diagnostics can be written, and that none is a panic which go-cty has caught.
func writable(t *testing.T, m *Module, diags hcl.Diagnostics) {
	t.Helper()
	var b strings.Builder
	if err := hcl.NewDiagnosticTextWriter(&b, m.Files, 80, true).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "panic in function") {
		t.Fatal(b.String())
	}
}

// FuzzBenchvars: whatever the bytes of a file of values, Load returns, its diagnostics can be written, and what a module
// was given gives it the same again.
func FuzzBenchvars(f *testing.F) {
	files, err := filepath.Glob("testdata/errors/*/*" + varsEnding + "*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src, strings.HasSuffix(name, varsJSONEnding))
	}
	f.Add([]byte("a = [1, null]\nb = 1e-7\nc = { x = { low = 1 } }\nsecret = \"hunter2\"\n"), false)
	f.Add([]byte(`{"a": {"x y": ["${b}"]}, "b": 3, "secret": "hunter2"}`), true)
	f.Fuzz(func(t *testing.T, src []byte, inJSON bool) {
		dir := t.TempDir()
		values := filepath.Join(dir, "x"+varsEnding)
		if inJSON {
			values = filepath.Join(dir, "x"+varsJSONEnding)
		}
		const declared = `
variable "a" {}
variable "b" { type = number }
variable "c" { type = map(object({ low = number, high = optional(list(string), ["x"]) })) }
variable "secret" {
  type      = string
  sensitive = true
}
`
		for name, content := range map[string]string{filepath.Join(dir, "e.hcl"): declared, values: string(src)} {
			if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		defaults := []Input{{Name: "a"}, {Name: "b", Text: "1"}, {Name: "c", Text: "{}"}, {Name: "secret"}}
		m, diags := Load([]string{dir}, Options{Inputs: append(defaults, Input{File: values})})
		writable(t, m, diags)
		if diags.HasErrors() {
			return
		}
		again, diags := Load([]string{dir}, Options{Inputs: append([]Input{{Name: "secret"}}, m.Inputs...)})
		writable(t, again, diags)
		if diags.HasErrors() || !slices.Equal(m.Inputs, again.Inputs) {
			t.Fatalf("given again, %v are %v: %v", m.Inputs, again.Inputs, diags)
		}
	})
}

// FuzzInput: whatever the text that a variable is given, Load returns, and its diagnostics can be written.
func FuzzInput(f *testing.F) {
	for _, text := range []string{"7", "[1, null]", "1e999999999", "{ low = 1 }", strings.Repeat("\x80", 300), strings.Repeat("é", 300)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := "variable \"any\" {}\nvariable \"n\" {\n type = number\n default = 1\n}\nlocals {\n a = tonumber(var.any)\n b = env(\"V\") + var.n\n}\n"
		name := filepath.Join(t.TempDir(), "experiment.hcl")
		if err := os.WriteFile(name, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		m, diags := Load([]string{name}, Options{Inputs: []Input{{Name: "any", Text: text}}, Environ: []string{"BENCH_VAR_n=" + text, "V=" + text}})
		writable(t, m, diags)
	})
}

func FuzzParseAddress(f *testing.F) {
	f.Add(`experiment.tr111.config["gpu60_ctx256_temp0p6"].run[2]`)
	f.Add("experiment.x")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err == nil && a.String() != text {
			t.Errorf("%q is read as %+v, which is written %s", text, a, a)
		}
	})
}

func FuzzQuantities(f *testing.F) {
	for _, text := range []string{"5m", "1.5GiB", "+2%", "1h30m", "", "nanB"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, err := parseSize(text); err == nil && n < 0 {
			t.Errorf("%q is the size %d", text, n)
		}
		if p, err := parsePercent(text); err == nil && p != p {
			t.Errorf("%q is no percentage", text)
		}
		if d, err := parseDuration(text); err == nil {
			if again, err := parseDuration(d.String()); err != nil || again != d {
				t.Errorf("%q is %v, which is read as %v, %v", text, d, again, err)
			}
		}
		if cores, err := ParseCPUs(text); err == nil && (len(cores) == 0 || cores[0] < 0) {
			t.Errorf("%q is the cores %v", text, cores)
		}
	})
}

// FuzzTemplate: a template is written by hand as well.
func FuzzTemplate(f *testing.F) {
	f.Add("Read ${corpus.text}:\n%{ for f in corpus.names ~}\n- ${f}\n%{ endfor ~}\n")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		for name, content := range map[string]string{"p.tmpl": text, "a.md": "a", "e.hcl": "workload \"w\" {\n ingest \"corpus\" {\n paths = [\"a.md\"]\n}\n step \"s\" {\n prompt = templatefile(\"p.tmpl\", { corpus = ingest.corpus })\n}\n}\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m, diags := Load([]string{dir}, Options{})
		writable(t, m, diags)
		if diags.HasErrors() {
			return
		}
		p := m.programs[m.Workloads[0].Ref]
		run, err := p.Start()
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Ingested("corpus", Corpus{Files: 1, Text: "a", Names: []string{"a.md"}}); err != nil {
			t.Fatal(err)
		}
		_, _ = run.Prompt(p.Steps[0]) // a mistake that shows only now is an error, not a panic
	})
}

package spec_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"bench/spec"
)

var update = flag.Bool("update", false, "write the golden files")

// classes are those of the instrument.
var classes = []string{"connect", "timeout", "server_error", "rate_limited", "bad_request", "invalid_output", "agent_error", "out_of_memory", "infrastructure", "invalid_spec"}

// metrics are some of the instrument.
var metrics = []string{"throughput", "ttft", "ttft_warm", "e2e"}

// metricsOf says that an experiment measures these, and a dataset what it maps.
func metricsOf(m *spec.Module, source spec.Ref) []string {
	d := m.Dataset(source)
	if d == nil {
		return metrics
	}
	var names []string
	for _, metric := range d.Metrics {
		names = append(names, metric.Name)
	}
	return names
}

// generated are specs that are too large to keep.
var generated = map[string]func() string{
	"nested_too_deep": func() string {
		return "locals {\n  x = " + strings.Repeat("[\n", 600) + strings.Repeat("]", 600) + "\n}\n"
	},
	"too_many_operators": func() string { return "locals {\n  x = (0" + strings.Repeat("\n+1", 12_000) + ")\n}\n" },
	"functions_too_deep": func() string {
		return repeat(6, func(i int) string {
			return fmt.Sprintf("function \"f%d\" {\n  params = [n]\n  result = f%d(n)%s\n}\n", i, i+1, strings.Repeat("+1", 9_900))
		}) + "function \"f6\" {\n  params = [n]\n  result = n\n}\nlocals {\n  x = f0(1)\n}\n"
	},
	"file_too_large":   func() string { return strings.Repeat("# no spec is as long as this one\n", 4<<20/33+1) },
	"too_many_symbols": func() string { return strings.Repeat("1,\n", 400_000) },
	"locals_long_cycle": func() string {
		return "locals {\n" + repeat(10_000, func(i int) string { return fmt.Sprintf("  x%d = local.x%d\n", i, (i+1)%10_000) }) + "}\n"
	},
	"value_nested_too_deep": func() string {
		return "locals {\n  x0 = 1\n" + repeat(1000, func(i int) string { return fmt.Sprintf("  x%d = [local.x%d]\n", i+1, i) }) + "}\n"
	},
	"value_multiplies": func() string {
		return "locals {\n  x0 = 1\n" + repeat(30, func(i int) string {
			return fmt.Sprintf("  x%d = [local.x%d, local.x%[2]d, local.x%[2]d, local.x%[2]d, local.x%[2]d, local.x%[2]d, local.x%[2]d, local.x%[2]d, local.x%[2]d, local.x%[2]d]\n", i+1, i)
		}) + "}\n"
	},
	"more_mistakes": func() string {
		return "locals {\n" + repeat(300, func(i int) string { return fmt.Sprintf("  x%d = nothing\n", i) }) + "}\n"
	},
	"more_mistakes_of_syntax": func() string {
		return "locals {\n" + repeat(300, func(i int) string { return fmt.Sprintf("  x%d =\n\n", i) }) + "}\n"
	},
	"too_many_steps": func() string {
		return "workload \"w\" {\n" + repeat(1002, func(i int) string { return fmt.Sprintf("  step \"s%d\" {\n    prompt = \"p\"\n  }\n", i) }) + "}\n"
	},
}

func repeat(n int, line func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i))
	}
	return b.String()
}

// TestManyMistakes: a file that is wrong all over is told of in part.
func TestManyMistakes(t *testing.T) {
	_, diags := tryLoad(t, "locals {\n"+repeat(1000, func(i int) string { return fmt.Sprintf("  x%d = nothing\n", i) })+"}\nagent \"a\" {}\n", nil)
	if last := diags[len(diags)-1]; len(diags) != 101 || last.Summary != "More mistakes" {
		t.Errorf("%d mistakes are told, want 100, and that there are more; the last is %s", len(diags), last)
	}
}

// TestManyWarnings: warnings stop nothing, and nobody reads more of them than of mistakes. None of them hides a mistake.
func TestManyWarnings(t *testing.T) {
	const unused = 250
	locals := "locals {\n" + repeat(unused, func(i int) string { return fmt.Sprintf("  x%d = 1\n", i) }) + "}\n"
	_, diags := tryLoad(t, locals, nil)
	if last := diags[len(diags)-1]; len(diags) != 101 || diags.HasErrors() || last.Summary != "More warnings" || !strings.Contains(last.Detail, fmt.Sprint(unused+1)) {
		t.Errorf("%d warnings are told, want 100, and how many there are; the last is %s", len(diags), last)
	}
	dir := write(t, map[string]string{
		"experiment.hcl":   locals + "agent \"a\" {}\n",
		"values.benchvars": repeat(unused, func(i int) string { return fmt.Sprintf("y%d = 1\n", i) }),
	})
	opts := spec.Options{Inputs: []spec.Input{{File: filepath.Join(dir, "values.benchvars")}}}
	_, diags = spec.Load([]string{filepath.Join(dir, "experiment.hcl")}, opts)
	if len(diags) != 102 || diags[0].Severity != hcl.DiagError || diags[1].Severity == hcl.DiagError || diags[101].Severity == hcl.DiagError {
		t.Errorf("%d diagnostics are told, want a mistake, 100 warnings, and that there are more:\n%s", len(diags), diags)
	}
}

// TestDiagnostics loads each spec in testdata/errors and holds all that is told of it, with the token that each diagnostic points
// at, against diagnostics.txt beside it. Lines of a spec that begin with #! hold arguments: "-var NAME=VALUE", with a value that may be
// quoted as in Go, "-var-file FILE", an entry of the environment for variables, or paths.
func TestDiagnostics(t *testing.T) {
	folders, err := filepath.Glob("testdata/errors/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			golden, err := filepath.Abs(filepath.Join(folder, "diagnostics.txt"))
			if err != nil {
				t.Fatal(err)
			}
			if generate := generated[filepath.Base(folder)]; generate != nil {
				folder = t.TempDir()
				if err := os.WriteFile(filepath.Join(folder, "experiment.hcl"), []byte(generate()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(folder)
			paths, opts := arguments(t, "experiment.hcl")
			m, diags := spec.Load(paths, opts)
			if !diags.HasErrors() {
				t.Error("the spec has no mistake")
			}
			got := printed(t, m, diags)
			if *update {
				if err := os.WriteFile(golden, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if bytes.Contains(got, []byte("hunter2")) {
				t.Error("a sensitive value is shown")
			}
			for _, d := range diags {
				if d.Detail == "" || strings.ContainsAny(d.Summary, "\"`") {
					t.Errorf("summary %q, detail %q: a summary is constant, and a detail says what to do", d.Summary, d.Detail)
				}
			}
		})
	}
}

func arguments(t *testing.T, name string) (paths []string, opts spec.Options) {
	t.Helper()
	paths = []string{name}
	opts = spec.Options{Version: "0.1.0", Classes: classes, Metrics: metrics, MetricsOf: metricsOf}
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src[:min(len(src), 1000)])) {
		args, ok := strings.CutPrefix(strings.TrimSpace(line), "#! ")
		if !ok {
			continue
		}
		if v, ok := strings.CutPrefix(args, "-var "); ok {
			name, value, _ := strings.Cut(v, "=")
			if unquoted, err := strconv.Unquote(value); err == nil {
				value = unquoted // of any bytes
			}
			opts.Inputs = append(opts.Inputs, spec.Input{Name: name, Text: value})
		} else if file, ok := strings.CutPrefix(args, "-var-file "); ok {
			opts.Inputs = append(opts.Inputs, spec.Input{File: file})
		} else if strings.HasPrefix(args, "BENCH_VAR_") {
			opts.Environ = append(opts.Environ, args)
		} else {
			paths = strings.Fields(args)
		}
	}
	return paths, opts
}

// printed gives diagnostics as a user sees them, each after the source that it points at.
func printed(t *testing.T, m *spec.Module, diags hcl.Diagnostics) []byte {
	t.Helper()
	var b bytes.Buffer
	w := hcl.NewDiagnosticTextWriter(&b, m.Files, 100, false)
	for _, d := range diags {
		if d.Subject != nil {
			source := ""
			if f := m.Files[d.Subject.Filename]; f != nil && d.Subject.CanSliceBytes(f.Bytes) {
				source, _, _ = strings.Cut(string(d.Subject.SliceBytes(f.Bytes)), "\n")
			}
			fmt.Fprintf(&b, "%s `%s`\n", d.Subject, source)
		}
		if err := w.WriteDiagnostic(d); err != nil {
			t.Fatal(err)
		}
	}
	return bytes.ToValidUTF8(b.Bytes(), []byte("\uFFFD"))
}

package spec_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"bench/spec"
)

// write makes a folder of the files given by path, and gives its name.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load reads a spec that has no mistake, with the files beside it. It may be a piece of one that measures nothing.
func load(t testing.TB, src string, files map[string]string) *spec.Module {
	t.Helper()
	m, diags := tryLoad(t, src, files)
	for _, d := range diags {
		if d.Summary != "Nothing to measure" && d.Summary != "Unused name" {
			t.Fatal(told(t, m, diags))
		}
	}
	return m
}

func tryLoad(t testing.TB, src string, files map[string]string) (*spec.Module, hcl.Diagnostics) {
	t.Helper()
	all := map[string]string{"experiment.hcl": src}
	for name, content := range files {
		all[name] = content
	}
	return spec.Load([]string{filepath.Join(write(t, all), "experiment.hcl")}, spec.Options{Version: "0.1.0", Classes: classes})
}

func told(t testing.TB, m *spec.Module, diags hcl.Diagnostics) string {
	t.Helper()
	var b strings.Builder
	if err := hcl.NewDiagnosticTextWriter(&b, m.Files, 0, false).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sweep is a module with one experiment, whose body it completes.
func sweep(body string) string {
	return `
server "emulator" "ref" {}
server "emulator" "other" {}
agent "go" { builtin = "workflow" }
agent "rust" { builtin = "workflow" }
workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}
experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
` + body + "\n}\n"
}

// spaced writes values with a space between any two.
func spaced(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }

func TestDefaults(t *testing.T) {
	m := load(t, sweep(""), nil)
	e := m.Experiments[0]
	var got []spec.Configuration
	for c, diags := range e.Configurations() {
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		got = append(got, c)
	}
	want := []spec.Configuration{{
		Name: "all", Model: "m", Options: map[string]any{},
		Agent: spec.Ref{Block: "agent", Name: "builtin"}, Server: spec.Ref{Block: "server", Kind: "emulator", Name: "ref"},
		Target: spec.Ref{Block: "target", Kind: "local", Name: "default"}, Work: spec.Ref{Block: "workload", Name: "review"},
	}}
	if diff := cmp.Diff(want, got, unexported); diff != "" {
		t.Error(diff)
	}
	text := spaced(e.Title, e.Repeats, e.Warmup, e.Order, e.Timeout, e.Isolation.Model, e.Isolation.Cooldown, e.Isolation.Memory, e.Retry)
	if want := "sweep 3 0 interleaved 10m0s keep 0s 0 {3 [connect timeout server_error rate_limited infrastructure] {1s 30s 2 0.2}}"; text != want {
		t.Errorf("defaults are %s, want %s", text, want)
	}
	if a := m.Agent(got[0].Agent); a == nil || a.Builtin != "workflow" {
		t.Errorf("the default agent is %+v", a)
	}
	if x := m.Target(got[0].Target); x == nil || x.Parallelism != 1 {
		t.Errorf("the default target is %+v", x)
	}
	emulator := m.Server(got[0].Server)
	if text, want := fmt.Sprintf("%+v", *emulator.Emulator), "{Seed:0 LoadTime:0s TTFT:40ms TokensPerSecond:100 Jitter:0 OutputTokens:0 Models:[] Effects:[] Faults:[] Style:{TokensPerChunk:0 ChunksPerWrite:0 EmptyFirst:false Thinking:0 ToolCalls:0 Usage: Comments:0 CRLF:false MultiByte:false PrefixCache:false}}"; text != want {
		t.Errorf("the emulator is %s, want %s", text, want)
	}
}

// TestEverything decodes each attribute of this slice once, and looks at what came of it.
func TestEverything(t *testing.T) {
	m := load(t, everything, map[string]string{"corpus/a.md": "# a\n", "rows.json": "{}\n"})
	server, local, published, analysis, report := m.Servers[0], m.Targets[0], m.Datasets[0], m.Analyses[0], m.Reports[0]
	experiment, workload := m.Experiments[0], m.Workloads[0]
	for _, x := range []struct{ got, want string }{
		{m.RequiredVersion, ">= 0.1, < 2"},
		{spaced(server.Ref, server.URL, server.Command, server.Env, server.Ready, server.Timeouts), "{server ollama main } http://127.0.0.1:11434 [ollama serve] map[OLLAMA_NUM_PARALLEL:1] {/ready 1m0s} {1s 2m0s 30s}"},
		{fmt.Sprintf("%+v", *m.Servers[1].Emulator), "{Seed:7 LoadTime:250ms TTFT:10ms TokensPerSecond:400 Jitter:0.004 OutputTokens:32 Models:[a b] Effects:[{When:map[num_ctx:1024] TokensPerSecond:0.02 TTFT:-0.1 LoadTime:0}] Faults:[{Kind:reset Rate:0.01}] Style:{TokensPerChunk:2 ChunksPerWrite:3 EmptyFirst:true Thinking:4 ToolCalls:1 Usage:every Comments:5 CRLF:true MultiByte:true PrefixCache:true}}"},
		{spaced(local.Parallelism, local.CPUs, local.Labels, local.RequireGPU, local.RequireDisk), "2 0-3 map[gpu:none] 10737418240 5000000000"},
		{spaced(workload.Ingests[0].Paths, workload.Ingests[0].MaxBytes, workload.Steps[0].MaxTokens, len(workload.Steps[0].Extract), workload.Scores[0].Better, len(workload.Valid)), "[corpus/a.md] 1048576 512 1 higher 1"},
		{spaced(experiment.Title, experiment.Repeats, experiment.Warmup, experiment.Order, experiment.Seed, experiment.Timeout, experiment.Isolation.Model, experiment.Isolation.Cooldown, experiment.Retry), "A title 5 1 random 111 5m0s unload 2s {2 [timeout] {2s 1m0s 3 0.1}}"},
		{spaced(published.Path, published.Paths, published.Format, published.Labels, len(published.Factors), len(published.Metrics), len(published.Valid), published.Rows.IsSet(), published.Baseline.IsSet(), published.StartedAt.IsSet()), "rows.json [rows.json] jsonl map[machine:lab] 1 2 1 true true true"},
		{spaced(analysis.Of, analysis.Baseline, analysis.Confidence, analysis.Seed, *analysis.Metrics[0]), "[{experiment  tr111 } {dataset  published }] default 0.99 3 {throughput higher 0.01 welch median experiment.hcl:132,10-22 experiment.hcl:135,17-24}"},
		{spaced(report.Name, report.Template, report.Title, report.Analyses, report.Output, report.Formats, report.Vars), "tr111 tr-single The report [{analysis  tr111 }] reports/a.md [md html] map[number:111]"},
	} {
		if got := strings.ReplaceAll(x.got, m.Dir+"/", ""); got != x.want {
			t.Errorf("got  %s\nwant %s", got, x.want)
		}
	}
}

const everything = `bench {
  required_version = ">= 0.1, < 2"
}

variable "model" {
  type        = string
  default     = "gemma3"
  description = "Model under test."
  sensitive   = false

  validation {
    condition     = length(var.model) > 0
    error_message = "model must not be empty"
  }
}

locals {
  chimera = { top_p = 0.9 }
}

server "ollama" "main" {
  url     = "http://127.0.0.1:11434"
  command = ["ollama", "serve"]
  env     = { OLLAMA_NUM_PARALLEL = 1 }
  ready {
    path    = "/ready"
    timeout = "1m"
  }
  timeouts {
    connect     = "1s"
    first_token = "2m"
    idle        = "30s"
  }
}

server "emulator" "reference" {
  seed              = 7
  load_time         = "250ms"
  ttft              = "10ms"
  tokens_per_second = 400
  jitter            = 0.004
  output_tokens     = 32
  models            = ["a", "b"]
  effect {
    when              = { num_ctx = 1024 }
    tokens_per_second = "+2%"
    ttft              = "-10%"
  }
  fault {
    kind = "reset"
    rate = 0.01
  }
  style {
    tokens_per_chunk = 2
    chunks_per_write = 3
    empty_first      = true
    thinking         = 4
    tool_calls       = 1
    usage            = "every"
    comments         = 5
    crlf             = true
    multi_byte       = true
    prefix_cache     = true
  }
}

target "local" "here" {
  parallelism = 2
  cpus        = "0-3"
  labels      = { gpu = "none" }
  require {
    gpu_memory = "10GiB"
    disk       = "5GB"
  }
}

workload "review" {
  ingest "corpus" {
    paths     = ["corpus/*.md"]
    max_bytes = "1MiB"
  }
  step "analysis" {
    prompt     = ingest.corpus.text
    max_tokens = 512
    extract { findings = regexall("a", self.response) }
  }
  score "sections" {
    value  = length(step.analysis.extract.findings)
    better = "higher"
  }
  valid {
    condition     = step.analysis.output_tokens > 1
    error_message = "too short"
  }
}

experiment "tr111" {
  title    = "A title"
  server   = server.ollama.main
  target   = target.local.here
  workload = workload.review
  model    = var.model
  repeats  = 5
  warmup   = 1
  order    = "random"
  seed     = 111
  timeout  = "5m"
  baseline "default" {}
  isolation {
    model    = "unload"
    cooldown = "2s"
  }
  retry {
    attempts = 2
    on       = ["timeout"]
    backoff {
      initial = "2s"
      factor  = 3
      max     = "1m"
      jitter  = 0.1
    }
  }
}

analysis "tr111" {
  of         = [experiment.tr111, dataset.published]
  baseline   = "default"
  confidence = 0.99
  unit       = "run"
  seed       = 3

  metric "throughput" {
    better    = "higher"
    practical = "1%"
    test      = "welch"
    stat      = "median"
  }
}

dataset "published" {
  path       = "rows.json"
  format     = "jsonl"
  rows       = file.rows
  baseline   = row.arm
  started_at = row.time
  labels     = { machine = "lab" }
  factors { num_gpu = row.num_gpu }
  metrics {
    throughput = row.throughput
    ttft       = row.ttft_ms * 1e6
  }
  valid {
    condition     = row.tokens > 0
    error_message = "no tokens in ${source.name}"
  }
}

report "tr111" {
  template = "tr-single"
  title    = "The report"
  analyses = [analysis.tr111]
  output   = "reports/a.md"
  formats  = ["md", "html"]
  vars     = { number = 111 }
}
`

func TestVariables(t *testing.T) {
	const src = `
variable "model" { default = "a" }
variable "repeats" {
  type    = number
  default = 3
}
variable "sizes" {
  type    = list(number)
  default = [1]
}
variable "limits" {
  type    = object({ low = number, high = optional(number, 9) })
  default = { low = 1 }
}
server "emulator" "ref" {}
workload "w" {
  step "s" {
    prompt = "p"
  }
}
experiment "e" {
  server   = server.emulator.ref
  workload = workload.w
  model    = var.model
  repeats  = var.repeats
  options  = merge({ sizes = var.sizes }, var.limits)
}
`
	for _, x := range []struct {
		vars []spec.Input
		want string
	}{
		{nil, "a 3 map[high:9 low:1 sizes:[1]]"},
		{[]spec.Input{{Name: "model", Text: "[1]"}, {Name: "repeats", Text: "2+2"}, {Name: "sizes", Text: "[256, 512]"}, {Name: "limits", Text: "{ low = -1 }"}}, "[1] 4 map[high:9 low:-1 sizes:[256 512]]"},
	} {
		dir := write(t, map[string]string{"e.hcl": src})
		m, diags := spec.Load([]string{dir}, spec.Options{Inputs: x.vars})
		if diags.HasErrors() {
			t.Fatal(told(t, m, diags))
		}
		for c := range m.Experiments[0].Configurations() {
			if got := fmt.Sprint(c.Model, " ", m.Experiments[0].Repeats, " ", c.Options); got != x.want {
				t.Errorf("got %s, want %s", got, x.want)
			}
		}
	}
}

func TestLoadsSeveralFilesAsOne(t *testing.T) {
	dir := write(t, map[string]string{
		"b.hcl":           sweep(""),
		"a.hcl":           `report "r" {` + "\n template = \"t\"\n analyses = [analysis.a]\n output = \"a.md\"\n}\n",
		"c.hcl":           `analysis "a" {` + "\n of = [experiment.sweep]\n metric \"ttft\" {}\n}\n",
		"e.lock.hcl":      "nonsense",
		"notes.txt":       "nonsense",
		"folder.hcl/x.md": "nonsense",
	})
	one, diags := spec.Load([]string{dir}, spec.Options{})
	if diags.HasErrors() {
		t.Fatal(told(t, one, diags))
	}
	if len(one.Sources) != 3 || len(one.Reports) != 1 || len(one.Experiments) != 1 {
		t.Errorf("sources %v, %d reports, %d experiments", one.Sources, len(one.Reports), len(one.Experiments))
	}
	named, diags := spec.Load([]string{filepath.Join(dir, "c.hcl"), filepath.Join(dir, "b.hcl"), filepath.Join(dir, ".", "a.hcl"), filepath.Join(dir, "b.hcl")}, spec.Options{})
	if diags.HasErrors() {
		t.Fatal(told(t, named, diags))
	}
	if named.Digest != one.Digest {
		t.Error("the digest depends on how the files are named")
	}
	if err := os.WriteFile(filepath.Join(dir, "b.hcl"), []byte(sweep("# a comment")), 0o600); err != nil {
		t.Fatal(err)
	}
	changed, _ := spec.Load([]string{dir}, spec.Options{})
	if changed.Digest == one.Digest {
		t.Error("the digest does not depend on the content")
	}
}

// TestForgiving holds what try and can are for: an attribute that isn't there. A name that isn't there is a mistake even so.
func TestForgiving(t *testing.T) {
	load(t, `
variable "limits" { default = { low = 1 } }
locals {
  high = try(var.limits.high, 9)
  can  = can(var.limits.high.more)
}
`, nil)
	m, diags := tryLoad(t, `locals { high = try(var.limit.high, 9) }`, nil)
	if len(diags) != 1 {
		t.Errorf("got %d diagnostics, want 1:\n%s", len(diags), told(t, m, diags))
	}
}

// TestFollowUps holds that a mistake in the header of a block is not told again for each reference to it.
func TestFollowUps(t *testing.T) {
	good := everything
	for _, x := range []struct{ old, new string }{
		{`server "ollama" "main"`, `sever "ollama" "main"`},
		{`server "ollama" "main"`, `server "ollama"`},
		{`server "ollama" "main"`, `server "olama" "main"`},
		{`target "local" "here"`, `target "locl" "here"`},
		{`variable "model"`, `varible "model"`},
		{`locals {`, `local {`},
		{`locals {`, `locals "x" {`},
		{`workload "review"`, `worklod "review"`},
		{`experiment "tr111"`, `experiment "tr 111"`},
		{`analysis "tr111"`, `analyses "tr111"`},
		{`ingest "corpus"`, `ingst "corpus"`},
		{`step "analysis"`, `step "ana lysis"`},
		{`extract {`, `extrakt {`},
		{`baseline "default"`, `basline "default"`},
		{`regexall("a"`, `regexal("a"`},
		{`default     = "gemma3"`, `default     = gemma3`},
		{`type        = string`, `type        = strng`},
		{`chimera = {`, `chimera = nope + {`},
		{`metrics {`, `metric {`},
	} {
		if !strings.Contains(good, x.old) {
			t.Fatalf("there is no %s", x.old)
		}
		src := strings.Replace(good, x.old, x.new, 1)
		m, diags := tryLoad(t, src, map[string]string{"corpus/a.md": "# a\n", "rows.json": "{}\n"})
		if len(diags) != 1 {
			t.Errorf("%s: got %d diagnostics, want 1:\n%s", x.new, len(diags), told(t, m, diags))
		}
	}
}

package spec_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/spec"
)

// sent gives a workload's program as a worker gets it: through JSON, away from the module's folder.
func sent(t testing.TB, m *spec.Module) *spec.Program {
	t.Helper()
	p, diags := m.Program(m.Workloads[0].Ref)
	if diags.HasErrors() {
		t.Fatal(told(t, m, diags))
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	out := new(spec.Program)
	if err := json.Unmarshal(text, out); err != nil {
		t.Fatal(err)
	}
	return out
}

const program = `
variable "tone" {
  default = "dry"
}

locals {
  limits = { words = 200, half = 0.5, on = true }
  topics = ["speed", "memory"]
  ten    = [for i in range(3) : i * 10]
  unused = file("unused.txt")
}

workload "review" {
  ingest "corpus" {
    paths = ["corpus/*.md"]
  }

  step "analysis" {
    prompt = templatefile("prompts/analysis.tmpl", { corpus = ingest.corpus, topics = local.topics })

    extract {
      findings = regexall("(?m)^- .*", self.response) # one a line
      nothing  = try(regex("never", self.response), null)
      size     = self.output_tokens * 2
      words    = split(" ", trimspace(self.response))
    }
  }

  step "report" {
    prompt = <<-EOT
      In a ${var.tone} tone, at most ${local.limits.words} words:
      %{ for f in step.analysis.extract.findings }* ${f} %{ endfor }
      ${file("prompts/rules.txt")}
      of ${join(" and ", fileset("corpus/*.md"))}
    EOT
    max_tokens = 5
  }

  step "summary" {
    prompt = step.analysis.extract.nothing == null ? "no ${step.analysis.extract.size} ${local.ten[1]}" : step.report.response
  }

  score "words" {
    value = length(step.analysis.extract.words) * local.limits["half"]
  }

  score "total" {
    value = sum([for s in step : s.output_tokens])
  }

  valid {
    condition     = alltrue([for s in step : s.output_tokens >= 3])
    error_message = "an answer of under 3 tokens: ${step.summary.response}"
  }
}
`

var programFiles = map[string]string{
	"corpus/a.md":           "# a\n",
	"corpus/b.md":           "# b\n",
	"unused.txt":            "unused",
	"prompts/rules.txt":     "Be brief.",
	"prompts/analysis.tmpl": "Read ${corpus.files} files (%{ for t in topics }${t} %{ endfor }):\n${corpus.text}",
}

func TestProgramInAWorker(t *testing.T) {
	p := sent(t, load(t, program, programFiles))
	if got := slices.Sorted(maps.Keys(p.Files)); !slices.Equal(got, []string{"prompts/analysis.tmpl", "prompts/rules.txt"}) {
		t.Errorf("the program holds the files %v", got)
	}
	if _, all := p.Scope["local"]; !all || strings.Contains(string(p.Scope["local"].Value), "unused") {
		t.Errorf("the program holds the locals %s", p.Scope["local"].Value)
	}
	run, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Ingested("corpus", spec.Corpus{Files: 2, Bytes: 8, Types: map[string]int{"md": 2}, Names: []string{"corpus/a.md"}, Text: "A and B", Summary: "2 files"}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Read 2 files (speed memory ):\nA and B",
		"In a dry tone, at most 200 words:\n* - one * - two \nBe brief.\nof corpus/a.md and corpus/b.md\n",
		"no 14 10",
	}
	for i, answer := range []struct {
		response string
		tokens   int
	}{{"First:\n- one\n- two\n", 7}, {"A report.", 3}, {"Short.", 2}} {
		prompt, err := run.Prompt(p.Steps[i])
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], prompt); diff != "" {
			t.Errorf("prompt of step %s: %s", p.Steps[i].Name, diff)
		}
		if err := run.Answered(p.Steps[i], answer.response, answer.tokens); err != nil {
			t.Fatal(err)
		}
	}
	scores, err := run.Scores()
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]float64{"words": 1.5, "total": 12}; !maps.Equal(scores, want) {
		t.Errorf("scores are %v, want %v", scores, want)
	}
	if err := run.Answered(p.Steps[2], "Not so short.", 3); err != nil {
		t.Fatal(err)
	}
	if broken, err := run.Broken(); err != nil || broken != "" {
		t.Errorf("got %q, %v, and no rule is broken", broken, err)
	}
	if err := run.Answered(p.Steps[2], "Short.", 2); err != nil {
		t.Fatal(err)
	}
	broken, err := run.Broken()
	if err != nil || broken != "an answer of under 3 tokens: Short." {
		t.Errorf("got %q, %v", broken, err)
	}
}

// TestSourcesSurvive holds that the text of an expression, cut out of its file, is the same expression.
func TestSourcesSurvive(t *testing.T) {
	for _, expr := range []string{
		`"plain"`, `"a ${local.n} b"`, `local.s`, `local["s"]`, `upper(local.s)`, `(local.s)`, `((local.s))`,
		`"${local.n + 1}"`, `local.on ? "yes" : "no"`, `(local.on) ? ("yes") : ("no")`, `local.list[0]`, `local.list.0`,
		`join(",", local.objects[*].name)`, `join(",", local.objects.*.name)`, `join(",", [for o in local.objects : o.name if o.name != "b"])`,
		`jsonencode({ for o in local.objects : o.name => o })`, "jsonencode({\n  a = 1 # first\n  b = local.n\n})",
		"<<EOT\nraw ${local.s}\nEOT\n", "<<-EOT\n      a\n        b ${local.n}\n    EOT\n", "upper(<<EOT\nin a call\nEOT\n)", "\"${<<EOT\nnested\nEOT\n}\"",
		`"%{ if local.on }on%{ else }off%{ endif }"`, `"a" == "a" ? local.s : "never"`, `format("%d %s", -local.n, !local.on)`,
		"join(\n    \"-\",\n    // a comment\n    local.list,\n  )", `"é…" /* trailing */`, `try(local.objects[7].name, "none")`, `"$${literal} %%{literal}"`,
	} {
		m := load(t, "locals {\n  n = 3\n  s = \"text\"\n  on = true\n  list = [\"a\", \"b\"]\n  objects = [{ name = \"a\" }, { name = \"b\" }]\n  prompt = "+expr+
			"\n}\nworkload \"w\" {\n  step \"first\" {\n    prompt = local.prompt\n  }\n  step \"s\" {\n    prompt = "+expr+"\n  }\n}\n", nil)
		p := sent(t, m)
		run, err := p.Start()
		if err != nil {
			t.Fatal(err)
		}
		want, err := run.Prompt(p.Steps[0])
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		if got, err := run.Prompt(p.Steps[1]); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", expr, got, err, want)
		}
	}
}

func TestLateErrors(t *testing.T) {
	for _, x := range []struct{ expr, want string }{
		{`regex("[0-9]+", step.first.response)`, `experiment.hcl:10: Error in function call: Call to function "regex" failed: pattern did not match any part of the given string.`},
		{`jsondecode(step.first.response).text`, `experiment.hcl:10: Invalid function argument: Invalid value for "str" parameter: this is not JSON: invalid character 'w' looking for beginning of value (at byte 1).`},
		{`regexall("w", step.first.response)[3]`, `experiment.hcl:10: Invalid index: There is no such element: the list has one element, number 0.`},
		{`jsondecode("{\"a\": ${step.first.output_tokens}}").b`, `experiment.hcl:10: Unsupported attribute: This object does not have an attribute named "b". There is only a.`},
		{`try(regex("never", step.first.response), null)`, `experiment.hcl:10: Wrong type: This must be a string, and in this run it is null.`},
		{`jsondecode("[${step.first.output_tokens}]")`, `experiment.hcl:10: Wrong type: This must be a string, and in this run it is a list.`},
		{`file("${step.first.response}.txt")`, `experiment.hcl:10: Invalid function argument: Invalid value for "path" parameter: the file "words.txt" was not read when the plan was made: in a run, its path may not depend on an answer.`},
		{`join("", fileset("${step.first.response}*"))`, `experiment.hcl:10: Invalid function argument: Invalid value for "pattern" parameter: the files of "words*" were not listed when the plan was made: in a run, the pattern may not depend on an answer.`},
		{`templatefile("late.tmpl", { n = split(",", step.first.response) })`, "late.tmpl:2: Invalid index: There is no such element: the list has one element, number 0.\n\nThe template is rendered at experiment.hcl:10."},
	} {
		m := load(t, "# line 1\n\nworkload \"w\" {\n  step \"first\" {\n    prompt = \"p\"\n  }\n\n  step \"s\" {\n    max_tokens = 1\n    prompt = "+x.expr+"\n  }\n}\n",
			map[string]string{"late.tmpl": "one: ${n[0]}\ntwo: ${n[1]}\n"})
		p := sent(t, m)
		run, err := p.Start()
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Answered(p.Steps[0], "words", 7); err != nil {
			t.Fatal(err)
		}
		_, err = run.Prompt(p.Steps[1])
		var late *spec.LateError
		if !errors.As(err, &late) || late.Error() != x.want {
			t.Errorf("%s\ngot  %v\nwant %s", x.expr, err, x.want)
		}
	}
}

// changed gives the parts of the identity that differ between two specs.
func changed(t *testing.T, src string, files map[string]string) []string {
	t.Helper()
	before := sent(t, load(t, program, programFiles)).Identity()
	after := sent(t, load(t, src, files)).Identity()
	var parts []string
	for part, digest := range before {
		if after[part] != digest {
			parts = append(parts, part)
		}
	}
	for part := range after {
		if _, ok := before[part]; !ok {
			parts = append(parts, part)
		}
	}
	slices.Sort(parts)
	return parts
}

func TestIdentity(t *testing.T) {
	file := func(name, content string) map[string]string {
		files := maps.Clone(programFiles)
		files[name] = content
		return files
	}
	for name, x := range map[string]struct {
		old, new string
		files    map[string]string
		want     []string
	}{
		"comments, space and places do not count": {old: `prompt = step.analysis.extract.nothing == null ?`, new: "# new\n\n\n    prompt   =   step.analysis.extract.nothing==null   /* really */ ?"},
		"a comment behind an expression":          {old: "# one a line", new: "# a line each"},
		"an unused local":                         {old: `file("unused.txt")`, new: `"other"`},
		"an unused file":                          {files: file("unused.txt", "other")},
		"a rule of valid":                         {old: ">= 3]", new: ">= 2]"},
		"a prompt's file":                         {files: file("prompts/rules.txt", "Be long."), want: []string{"prompt of step report"}},
		"a template":                              {files: file("prompts/analysis.tmpl", "${corpus.text} %{ for t in topics }${t}%{ endfor }"), want: []string{"prompt of step analysis"}},
		"a file that a fileset lists":             {files: file("corpus/c.md", "# c"), want: []string{"prompt of step report"}},
		"a prompt":                                {old: "at most", new: "at least", want: []string{"prompt of step report"}},
		"white space inside a text":               {old: "tone, at", new: "tone,  at", want: []string{"prompt of step report"}},
		"a variable":                              {old: `"dry"`, new: `"warm"`, want: []string{"prompt of step report"}},
		"a local":                                 {old: "words = 200", new: "words = 100", want: []string{"prompt of step report", "score words"}},
		"an extract":                              {old: "tokens * 2", new: "tokens * 3", want: []string{"extract size of step analysis"}},
		"max_tokens":                              {old: "max_tokens = 5", new: "max_tokens = 6", want: []string{"max_tokens of step report"}},
		"a score":                                 {old: "sum([", new: "max(0, [", want: []string{"score total"}},
		"a new step":                              {old: `  score "words"`, new: "  step \"last\" {\n    prompt = \"p\"\n  }\n  score \"words\"", want: []string{"max_tokens of step last", "prompt of step last", "steps"}},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(program, x.old) {
				t.Fatalf("there is no %s", x.old)
			}
			files := x.files
			if files == nil {
				files = programFiles
			}
			src := strings.Replace(program, x.old, x.new, 1)
			if x.new == "max(0, [" {
				src = strings.Replace(src, "s.output_tokens])", "s.output_tokens]...)", 1)
			}
			if got := changed(t, src, files); !slices.Equal(got, x.want) {
				t.Errorf("changed are %q, want %q", got, x.want)
			}
		})
	}
}

func TestNoProgram(t *testing.T) {
	m, _ := tryLoad(t, strings.Replace(program, "local.topics", "local.topic", 1), programFiles)
	if p, diags := m.Program(spec.Ref{Block: "workload", Name: "review"}); p != nil || !diags.HasErrors() {
		t.Errorf("a module with mistakes gives the program %v", p)
	}
}

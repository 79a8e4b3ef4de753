package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const secretText = "hunter2"

// secretForms are expressions that give a sensitive value, or fail in one. %s stands for what gives the secret itself.
var secretForms = []string{
	`%s`, `[%s]`, `{ x = %s }`, `{ (%s) = 1 }`, `"a ${%s}"`, `jsonencode([%s])`, `[for c in [%s] : c]`, `{ for c in [%s] : c => c }`,
	`%s == "" ? 1 : %[1]s`, `try(tonumber(%s), %[1]s)`, `one([%s])`, `sensitive({ x = [nonsensitive(%s)] })`, `half(%s)`, `merge({ y = %s }, {})`,
	// These fail.
	`parseint(%s, 10)`, `{}[%s]`, `file(%s)`, `regex("(", %s)`, `%s.x`, `%s + 1`, `{ x = 1 }[%s]`, `formatdate(%s, "x")`, `templatefile("secret.tmpl", { x = %s })`, `half({ x = %s }.y)`,
	`[1][%s]`, `"%%{ if %s }x%%{ endif }"`, `tonumber(%s)`, `fileset("../${%s}")`, `element([], %s)`, `var[%s]`, `local[%s]`, `env("none_${%s}")`,
}

// mayBeSecret are the places that take a sensitive value: it decides, or is handed on and written nowhere.
var mayBeSecret = []string{
	"variable.validation.condition", "variable.validation.error_message", // a message is evaluated where it is to be shown
	"variable.default", "locals.*", "function.result",
	"server.openai.api_key", "server.openai.env", "server.ollama.env",
	"check.for_each", // its keys are shown, and no value but through each.value
}

// An exprPlace is one at which the language takes an expression.
type exprPlace struct {
	path string    // variable.validation.condition
	at   hcl.Range // that is replaced
	text string    // %s stands for the expression
}

// exprPlaces finds where expressions stand in a body, or could: by the schema, attributes and blocks that it lacks are added.
func exprPlaces(path string, s *schema, body *hclsyntax.Body) []exprPlace {
	var places []exprPlace
	end := hcl.Range{Start: body.EndRange.Start, End: body.EndRange.Start}
	if body.EndRange.Start.Byte > 0 && path != "" {
		end.Start.Byte--
		end.End.Byte = end.Start.Byte // before the brace
	}
	missing := func(path, before, after string, s *schema) {
		for _, a := range s.attrs {
			places = append(places, exprPlace{path + a.name, end, fmt.Sprintf("\n%s%s = %%s%s\n", before, a.name, after)})
		}
		if s.free != "" {
			places = append(places, exprPlace{path + "*", end, fmt.Sprintf("\n%sfree = %%s%s\n", before, after)})
		}
	}
	for _, a := range s.attrs {
		if written := body.Attributes[a.name]; written != nil {
			places = append(places, exprPlace{path + a.name, written.Expr.Range(), "%s"})
		} else {
			missing(path, "", "", &schema{attrs: []attr{a}})
		}
	}
	if s.free != "" {
		for name, a := range body.Attributes {
			if _, ok := s.attr(name); !ok {
				places = append(places, exprPlace{path + "*", a.Expr.Range(), "%s"})
			}
		}
		missing(path, "", "", &schema{free: s.free})
	}
	for _, n := range s.blocks {
		found := false
		for _, b := range body.Blocks {
			inner := n.body
			if n.kinds != nil && b.Type == n.name {
				inner = n.kinds[b.Labels[0]]
			}
			if b.Type == n.name && inner != nil {
				found = true
				name := strings.Join(append([]string{n.name}, b.Labels[:len(b.Labels)-min(len(b.Labels), 1)]...), ".")
				places = append(places, exprPlaces(path+name+".", inner, b.Body)...)
			}
		}
		if !found && n.body != nil {
			labels := strings.Repeat(` "x"`, len(n.labels))
			missing(path+n.name+".", n.name+labels+" {\n", "\n}", n.body)
		}
	}
	return places
}

// TestSecretsEverywhere puts a sensitive value wherever the language takes an expression: it is refused, or taken where that is meant,
// and is in nothing that comes of the module.
func TestSecretsEverywhere(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/example")); err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join(dir, "experiment.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	src = append(src, "\n"+`
variable "secret" {
  type      = string
  sensitive = true
}

locals {
  hidden = { x = [upper(var.secret)] }
}

function "half" {
  params = [n]
  result = substr(n, 0, 99)
}
`...)
	file, diags := hclsyntax.ParseConfig(src, "experiment.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret.tmpl"), []byte("${x.y}"), 0o600); err != nil {
		t.Fatal(err)
	}
	places := exprPlaces("", rootSchema, file.Body.(*hclsyntax.Body))
	if len(places) < 200 {
		t.Fatalf("only %d places for expressions were found", len(places))
	}
	name := filepath.Join(dir, "experiment.hcl")
	for i, place := range places {
		for k := range 2 { // the plain value everywhere, and the other forms in turn
			form, secret := secretForms[0], "var.secret"
			if k > 0 {
				form = secretForms[1+i%(len(secretForms)-1)]
			}
			if (i+k)%2 == 1 {
				secret = "local.hidden.x[0]"
			}
			text := fmt.Sprintf(place.text, fmt.Sprintf(form, secret))
			spliced := slices.Concat(src[:place.at.Start.Byte], []byte(text), src[place.at.End.Byte:])
			if err := os.WriteFile(name, spliced, 0o600); err != nil {
				t.Fatal(err)
			}
			what := place.path + " = " + fmt.Sprintf(form, secret)
			m, diags := Load([]string{name}, Options{Version: "0.1.0", Inputs: []Input{{Name: "secret", Text: secretText}}})
			if !diags.HasErrors() && !slices.Contains(mayBeSecret, place.path) {
				t.Errorf("%s is taken", what)
			}
			tellsNothing(t, what, m, diags)
		}
	}
}

// tellsNothing holds that the secret is in nothing that may be shown or kept of a module.
func tellsNothing(t *testing.T, what string, m *Module, diags hcl.Diagnostics) {
	t.Helper()
	var b strings.Builder
	if err := hcl.NewDiagnosticTextWriter(&b, m.Files, 100, false).WriteDiagnostics(diags); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	keep := func(of string, v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("%s: %s: %v", what, of, err)
		}
		fmt.Fprintf(&b, "\n%s: %s", of, text)
	}
	keep("given", []any{m.Given, m.Inputs, m.Withheld, m.Uses, m.names, m.Reads()})
	keep("blocks", []any{m.Servers, m.Agents, m.Workloads, m.Targets, m.Experiments, m.Datasets, m.Analyses, m.Reports})
	for _, s := range m.Servers {
		fmt.Fprintf(&b, "%+v %#v", s.OpenAI, s.OpenAI)
	}
	if !diags.HasErrors() {
		for _, e := range m.Experiments {
			for c, failed := range e.Configurations() {
				keep("configuration", c)
				for _, d := range failed {
					fmt.Fprintln(&b, d.Summary, d.Detail)
				}
				p, _ := m.Program(c.Work)
				keep("program", p)
				if p != nil {
					keep("identity", []any{p.Identity(), p.Places()})
				}
			}
		}
	}
	told := strings.ToLower(b.String())
	if i := strings.Index(told, secretText); i >= 0 {
		t.Errorf("%s: the secret is told:\n%s", what, b.String()[max(0, i-300):min(len(told), i+100)])
	}
}

// TestSecretsInRepeatedBlocks: a sensitive value is refused behind each, iterators, functions and templates as well.
func TestSecretsInRepeatedBlocks(t *testing.T) {
	for _, body := range []string{
		`workload "w" {
  for_each = { a = var.secret }
  step "s" {
    prompt = each.value
  }
}`,
		`workload "w" {
  for_each = { (var.secret) = 1 }
  step "s" {
    prompt = each.key
  }
}`,
		`workload "w" {
  for_each = toset([var.secret])
  step "s" {
    prompt = "p"
  }
}`,
		`workload "w" {
  dynamic "step" {
    for_each = [var.secret]
    labels   = ["s${step.key}"]
    content {
      prompt = step.value
    }
  }
}`,
		`workload "w" {
  dynamic "step" {
    for_each = { (var.secret) = 1 }
    labels   = [step.key]
    content {
      prompt = "p"
    }
  }
}`,
		`workload "w" {
  dynamic "step" {
    for_each = ["s"]
    labels   = [var.secret]
    content {
      prompt = "p"
    }
  }
}`,
		`workload "w" {
  step "s" {
    prompt = told("")
  }
}`,
		`workload "w" {
  step "s" {
    prompt = templatefile("t.tmpl", { x = local.all })
  }
}`,
		`workload "w" {
  step "s" {
    prompt = { (var.secret) = "p" }[told("")]
  }
}`,
		`workload "w" {
  step "s" {
    prompt = "p"
    extract {
      x = told(self.response)
    }
  }
  valid {
    condition     = step.s.response != var.secret
    error_message = told(step.s.response)
  }
}`,
	} {
		dir := t.TempDir()
		src := `
variable "secret" {
  sensitive = true
}

locals {
  all = { list = [{ secret = var.secret }] }
}

function "told" {
  params = [x]
  result = "${x}${join("", local.all.list[*].secret)}"
}

server "emulator" "e" {}

experiment "x" {
  server   = server.emulator.e
  workload = workload.w
  model    = "m"
}

` + body
		for name, content := range map[string]string{"e.hcl": src, "t.tmpl": "${x.list[0].secret}"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		m, diags := Load([]string{dir}, Options{Inputs: []Input{{Name: "secret", Text: secretText}}})
		if !diags.HasErrors() {
			t.Errorf("it is taken:\n%s", body)
		}
		tellsNothing(t, body, m, diags)
	}
}

// TestHide: a line of source is shown without the secret that is on it, and every other byte stays where it was.
func TestHide(t *testing.T) {
	src := `{ "variable": { "key": { "default": "hunter2", "sensitive": true } }, "locals": { "x": "${var.kye}" } }`
	got := string(Hide("e.hcl.json", []byte(src)))
	if want := strings.Replace(src, `"hunter2"`, strings.Repeat(" ", len(`"hunter2"`)), 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if src := []byte(`sensitive = {`); string(Hide("e.hcl", src)) != string(src) {
		t.Error("what is no spec is changed")
	}
}

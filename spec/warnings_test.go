package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWarnings holds what is told of specs that can be run all the same: the token that it points at, and what is said.
func TestWarnings(t *testing.T) {
	emulator := strings.NewReplacer(`server "emulator" "ref" {}`, `server "emulator" "ref" {
  effect {
    when = { num_cxt = 1024, temperature = 0.8, num_predict = 5, seed = 1 }
    ttft = "+2%"
  }
}`, `server "emulator" "other" {}`, `server "emulator" "other" {
  effect {
    when = { unused = 1 }
    ttft = "+2%"
  }
}`)
	for name, x := range map[string]struct{ src, want string }{
		"a smallest difference of nothing": {sweep("") + `
analysis "a" {
  of = [experiment.sweep]
  metric "ttft" {
    practical = "0%"
  }
  metric "e2e" {
    practical = "0.1%"
  }
}`, `
"\"0%\"" Every difference matters: 0 % says that any difference is one that matters, as does leaving "practical" out. Write the smallest change that you would act on, as "1%", or take the line out.
`},
		"an exclude and a skip that nothing comes under": {sweep(`
  matrix {
    num_gpu = [60, 80]
    exclude {
      when = matrix.num_gpu == 120
    }
    exclude {
      when = matrix.num_gpu == 80
    }
    include {
      num_gpu = 120
    }
    skip {
      when   = matrix.num_gpu == 80
      reason = "excluded already"
    }
    skip {
      when   = matrix.num_gpu == 120
      reason = "included"
    }
    skip {
      when   = false
      reason = "never"
    }
  }`), `
"matrix.num_gpu == 120" Nothing excluded: No configuration of the axes comes under this, so nothing is left out. Correct the condition, or take the block out.
"matrix.num_gpu == 80" Nothing skipped: No configuration comes under this, so none is skipped. Correct the condition, or take the block out.
"false" Nothing skipped: No configuration comes under this, so none is skipped. Correct the condition, or take the block out.
`},
		"a rule under another one is none, nor is one that a variable may bring to life": {`
variable "quick" { default = false }` + sweep(`
  matrix {
    num_gpu = [60, 80]
    exclude {
      when = matrix.num_gpu > 60
    }
    exclude {
      when = matrix.num_gpu == 80
    }
    exclude {
      when = var.quick && matrix.num_gpu == 60
    }
  }`), "\n"},
		"an effect that waits for an option which is never sent": {emulator.Replace(sweep(`
  matrix {
    num_ctx = [512, 1024]
  }
  options = { num_ctx = matrix.num_ctx }
  baseline "default" {
    options = { temperature = 0.8 }
  }`)), `
"num_cxt" Option never sent: No experiment sends an option "num_cxt" to server.emulator.ref, so this effect never shows. Did you mean num_ctx?
"seed" Option never sent: No experiment sends an option "seed" to server.emulator.ref, so this effect never shows. There are num_ctx, num_predict and temperature.
`},
		"an axis that nothing refers to": {sweep(`
  matrix {
    num_ctx = [512, 1024]
    num_gpu = [60]
    other   = [server.emulator.ref]
    size    = [{ name = "large" }]
    seen    = [1, 2]
    axis "top_k" {
      values = [20, 40]
    }
    skip {
      when   = matrix.seen == 2
      reason = "never mind"
    }
  }
  options = { num_ctx = matrix["num_ctx"] }`), `
"num_gpu" Unused axis: Nothing in the experiment refers to matrix.num_gpu, so its values differ in nothing but their names, and each is measured. Use it, as in options = { num_gpu = matrix.num_gpu }, or take it out.
"other" Unused axis: Nothing in the experiment refers to matrix.other, so its values differ in nothing but their names, and each is measured. Use it, as in server = matrix.other, or take it out.
"size" Unused axis: Nothing in the experiment refers to matrix.size, so its values differ in nothing but their names, and each is measured. Use it, as in model = matrix.size.name, or take it out.
"\"top_k\"" Unused axis: Nothing in the experiment refers to matrix.top_k, so its values differ in nothing but their names, and each is measured. Use it, as in options = { top_k = matrix.top_k }, or take it out.
`},
		"axes that are passed on whole": {sweep(`
  matrix {
    num_ctx = [512, 1024]
    num_gpu = [60]
  }
  options = { for name, value in matrix : name => value if name != "num_gpu" }`), "\n"},
		"nothing to measure": {`server "emulator" "ref" {}`, `
"" Nothing to measure: The spec has neither an experiment nor a dataset. Add an experiment to measure something, or a dataset of what was measured elsewhere.
`},
	} {
		t.Run(name, func(t *testing.T) {
			m, diags := tryLoad(t, x.src, nil)
			if diags.HasErrors() {
				t.Fatal(told(t, m, diags))
			}
			got := "\n"
			for _, d := range diags {
				token := ""
				if d.Subject != nil {
					token = string(d.Subject.SliceBytes(m.Files[d.Subject.Filename].Bytes))
				}
				got += fmt.Sprintf("%q %s: %s\n", token, d.Summary, d.Detail)
			}
			if diff := cmp.Diff(x.want, got); diff != "" {
				t.Error(diff)
			}
			for _, e := range m.Experiments {
				if len(configurations(t, m)) == 0 {
					t.Errorf("%s has no configuration", e.Name)
				}
			}
		})
	}
}

// TestUnused: what has no effect but through what refers to it, and isn't referred to, is told of.
func TestUnused(t *testing.T) {
	_, diags := tryLoad(t, sweep("")+`
variable "used" {
  default = 1
}
variable "alone" {
  default = 1
  validation {
    condition     = var.alone > 0
    error_message = "too small"
  }
}
locals {
  a = twice(var.used)
  b = local.a
}
function "twice" {
  params = [x]
  result = x * 2
}
function "never" {
  result = 1
}
`, nil)
	var got []string
	for _, d := range diags {
		got = append(got, d.Summary+": "+d.Detail)
	}
	want := []string{
		`Unused name: Nothing refers to the variable "alone". Use it, or take it out.`,
		`Unused name: Nothing refers to the local value "b". Use it, or take it out.`,
		`Unused name: Nothing refers to the function "never". Use it, or take it out.`,
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

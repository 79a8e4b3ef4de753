package spec

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTryTellsNoSecret: whether an expression over something sensitive can be evaluated is as sensitive as it is.
func TestTryTellsNoSecret(t *testing.T) {
	src := `
variable "key" {
  type      = string
  sensitive = true
  default   = "x"
}

variable "open" {
  default = "x"
}

locals {
  server = { name = "a", key = var.key }
}

function "probe" {
  params = []
  result = [tonumber(var.key), "y"][1]
}

function "inner" {
  params = []
  result = probe()
}
`
	file := filepath.Join(t.TempDir(), "experiment.hcl")
	if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	m, diags := Load([]string{file}, Options{Environ: []string{"KEY=x"}})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for text, secret := range map[string]bool{
		`can(tonumber(var.key))`:                          true,
		`can(regex("^x", var.key))`:                       true,
		`try(tonumber(var.key), "x")`:                     true,
		`try([regex("^x", var.key), "y"][1], "z")`:        true,
		`[for k in [var.key] : can(tonumber(k))][0]`:      true,
		`try(tonumber(local.server.key), 1)`:              true,
		`try(jsondecode(jsonencode(local.server)).a, 1)`:  true,
		`can(tonumber(env("KEY")))`:                       true,
		`can(tonumber(sensitive("a")))`:                   true,
		`can("${var.key}" + 1)`:                           true,
		`can(can(tonumber(var.key)) ? 1 : tonumber("a"))`: true,
		`can(probe())`:                                    true,
		`can(inner())`:                                    true,
		`try(sensitive({ a = 1 }).b, 2)`:                  true,
		`can(tonumber(nonsensitive(var.key)))`:            false,
		`try(nonsensitive(tonumber(var.key)), "x")`:       false,
		`try(tonumber(var.open), "x")`:                    false,
		`try(local.server.name, "x")`:                     false,
		`try(local.server.none, "x")`:                     false,
		`try({ a = var.key, b = 1 }, {}).b`:               false,
		`issensitive(try(local.server, {}))`:              false,
	} {
		v, diags := m.Evaluate(text, "typed", 1)
		if diags.HasErrors() || v.IsMarked() != secret {
			t.Errorf("%s: %#v, %v", text, v, diags)
		}
	}
}

package main

import (
	"strings"
	"testing"
)

func TestPermute(t *testing.T) {
	tests := []struct{ args, want string }{
		{"", ""},
		{"plan", "plan"},
		{"plan a.hcl -json b.hcl", "plan -json a.hcl b.hcl"},
		{"-json -var a=1 plan x -var b=2", "plan -json -var a=1 -var b=2 x"},
		{"--var a=1 plan", "plan --var a=1"},
		{"-var=a=1 plan x", "plan -var=a=1 x"},
		{"plan x -var", "plan -var x"},
		{"emulate -jitter -1", "emulate -jitter -1"},
		{"plan -json=false x", "plan -json=false x"},
		{"plan -", "plan -"},
		{"plan -json -- -x -json", "plan -json -- -x -json"},
		{"keep -- ollama serve -v", "keep -- ollama serve -v"},
		{"-help apply", "apply -help"},
		{"-unknown plan x", "plan -unknown x"},
	}
	app := newApp(newEnv(nil, nil, nil))
	for _, test := range tests {
		got := permute(app, append([]string{"bench"}, strings.Fields(test.args)...))
		if line := strings.TrimSpace(strings.TrimPrefix(strings.Join(got, " "), "bench")); line != test.want {
			t.Errorf("bench %s\nbecomes bench %s\nwant    bench %s", test.args, line, test.want)
		}
	}
}

func TestQuoted(t *testing.T) {
	for word, want := range map[string]string{
		"experiment.hcl":                  "experiment.hcl",
		"":                                "''",
		"my spec.hcl":                     "'my spec.hcl'",
		`experiment.x.config["a"].run[1]`: `'experiment.x.config["a"].run[1]'`,
		"it's":                            `'it'\''s'`,
		"$HOME":                           "'$HOME'",
	} {
		if got := quoted(word); got != want {
			t.Errorf("quoted(%q) = %s, want %s", word, got, want)
		}
	}
}

package templates_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/runner/study"
	"bench/templates"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with testdata/name, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// parse parses a built-in template.
func parse(t *testing.T, builtin string) *templates.Template {
	t.Helper()
	source, ok := templates.Builtin(builtin)
	if !ok {
		t.Fatalf("no built-in template %q", builtin)
	}
	template, err := templates.Parse(builtin, source)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func TestReports(t *testing.T) {
	for name, c := range map[string]struct {
		study  study.Study
		report templates.Report
	}{
		"published": {rustSweep(t), templates.Report{Name: "tr111", Title: "Technical Report 111: Rust agent, 18 configurations", Analyses: []string{"tr111"},
			Vars: map[string]any{"number": 111, "question": "Do tuned Ollama options make the agent faster than the server's defaults?"}}},
		"emulator": {emulatorSweep(t), templates.Report{Name: "sweep", Analyses: []string{"sweep"}, Vars: map[string]any{"number": 112, "author": "Research Team"}}},
		"single":   {single(t), templates.Report{Name: "one", Title: "One configuration", Analyses: []string{"one"}}},
		"nothing":  {nothing(t), templates.Report{Name: "sweep", Analyses: []string{"sweep"}}},
		"paired":   {paired(t, 0), templates.Report{Name: "pairs", Analyses: []string{"pairs"}}},
		"noisy":    {noisy(t), templates.Report{Name: "noisy", Analyses: []string{"noisy"}}},
		"level":    {oneLevel(t, "default"), templates.Report{Name: "level", Analyses: []string{"level"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parse(t, "tr-single").Render(c.report, c.study)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".md", got)
		})
	}
}

// What a report recommends follows from what was shown.
func TestRecommendation(t *testing.T) {
	for name, c := range map[string]struct {
		study study.Study
		want  string
	}{
		"level without baseline": {oneLevel(t, ""), "Among the settings, prefer `num_ctx` 1024: change +"},
		"level with baseline":    {oneLevel(t, "default"), "Keep the baseline `default`: on average the configurations are worse by 1.49 %. Among the settings, prefer `num_ctx` 1024: change +"},
		"noise":                  {noisy(t), "None: nothing can be said against the baseline `default`. Single runs of one setting vary by 71 % (CV), so the change is not known even to ±100 %."},
		"noise of one":           {noisy(t, "t8"), "None: nothing can be said against the baseline `default`. Single runs of one setting vary by 57 % (CV), so the change is not known even to ±100 %."},
		"gain in every pair":     {paired(t, 0.1), "Use `gpu120_flashtrue`: improvement +9."},
		"no difference":          {paired(t, 0), "Keep whichever is simpler to run"},
	} {
		t.Run(name, func(t *testing.T) {
			var report templates.Report
			for analysis := range c.study.Analyses {
				report.Analyses = []string{analysis}
			}
			text, err := parse(t, "tr-single").Render(report, c.study)
			if err != nil {
				t.Fatal(err)
			}
			_, got, _ := strings.Cut(string(text), "## 4. Recommendation\n\n")
			if got, _, _ = strings.Cut(got, "\n"); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %s, want %s…", got, c.want)
			}
		})
	}
}

// The same study gives the same bytes each time.
func TestRenderingIsDeterministic(t *testing.T) {
	template, st := parse(t, "tr-single"), emulatorSweep(t)
	report := templates.Report{Name: "sweep", Analyses: []string{"sweep"}, Vars: map[string]any{"a": 1, "b": 2, "c": []any{3, "x"}}}
	var first []byte
	for i := range 50 {
		text, err := template.Render(report, st)
		if err != nil {
			t.Fatal(err)
		}
		page, err := templates.HTML(text)
		if err != nil {
			t.Fatal(err)
		}
		if both := append(text, page...); i == 0 {
			first = both
		} else if !bytes.Equal(first, both) {
			t.Fatalf("rendering %d differs from the first", i)
		}
	}
}

// Rendering leaves the study as it was: a template sees a copy.
func TestRenderingDoesNotChangeTheStudy(t *testing.T) {
	st := nothing(t)
	before, err := json.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, "tr-single").Render(templates.Report{Name: "sweep", Analyses: []string{"sweep"}}, st); err != nil {
		t.Fatal(err)
	}
	after, err := json.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("the study has changed")
	}
}

package templates_test

import (
	"strings"
	"testing"

	"bench/analysis"
	"bench/runner/study"
	"bench/runner/table"
	"bench/templates"
)

// render renders a source with a small study.
func render(t *testing.T, source string, vars map[string]any) string {
	t.Helper()
	template, err := templates.Parse("test", source)
	if err != nil {
		t.Fatal(err)
	}
	half := 0.5
	st := study.Study{Tool: study.Tool{Version: "1"}, Analyses: map[string]study.Analysis{"a": {Result: analysis.Result{
		Metrics: map[string]analysis.MetricResult{
			"throughput": {Unit: "1/s", All: analysis.Summary{N: 2, Mean: ptr(98.637), SD: ptr(0.43), CI: &analysis.Range{Low: 98.2, High: 99.04}}},
			"ttft":       {Unit: "ns", All: analysis.Summary{N: 2, Mean: ptr(286.3e6), SD: ptr(13e6)}},
		},
		Findings: []analysis.Finding{{Kind: "effect", Sentence: "One."}, {Kind: "power", Sentence: "Two."}},
		Best:     &analysis.Best{Name: "x", Probability: &half},
	}}}}
	text, err := template.Render(templates.Report{Name: "r", Title: "T", Analyses: []string{"a"}, Vars: vars}, st)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(text), "\n")
}

// A run is seen as its JSON has it, and no otherwise.
func TestRunsAreSeen(t *testing.T) {
	template, err := templates.Parse("test", `{{range .runs}}{{.address}}:{{range $name, $value := .metrics}} {{$name}} {{$value}}{{end}}{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	st := study.Study{Runs: []study.Run{{Address: "x", Metrics: table.MetricsOf(map[string]float64{"ttft": 2.5, "calls": 2})}}}
	got, err := template.Render(templates.Report{Name: "r"}, st)
	if want := "x: calls 2 ttft 2.5\n"; err != nil || string(got) != want || len(st.Runs) != 1 {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func ptr(f float64) *float64 { return &f }

func TestFunctions(t *testing.T) {
	metric := `{{$a := .analyses.a}}{{$m := metric $a "throughput"}}{{$t := metric $a "ttft"}}`
	for _, c := range []struct{ source, want string }{
		{`{{num 98.637}} {{num 3}} {{num nil}}`, "98.64 3.000 n/a"},
		{`{{sig 2 0.0123}} {{fixed 1 3.14159}}`, "0.012 3.1"},
		{`{{pct 0.00435}} {{percent 1 0.7222}} {{stated 0.01}} {{stated 0.003}}`, "0.435 % 72.2 % 1 % 0.3 %"},
		{`{{change 0.0061}} {{change -0.0045}} {{change 0}}`, "+0.61 % −0.45 % 0.00 %"},
		{`{{changeci 0.95 0.00138 (list -0.00016 0.00292)}}`, "+0.14 % (95 % CI −0.02 to +0.29 %)"},
		{`{{estimate 0.00138 (list -0.00016 0.00292)}} {{estimate 0.00138 nil}}`, "+0.14 % (−0.02 to +0.29) +0.14 %"},
		{`{{changeci 0.95 -0.03 (list -5.8 5.7)}} {{estimate 0.1 (list -0.5 0.7)}} {{estimate 0.1 (list -0.3 0.5)}}`, "−3.0 % (95 % CI not told: too noisy) +10 % (not told: too noisy) +10 % (−30 to +50)"},
		{metric + `{{valueci $m 0.95 98.637 (list 98.2 99.04)}} {{valueci $m 0.95 98.637 (list 49 148)}} {{valueci $m 0.95 98.637 nil}}`, "98.64 tok/s (95 % CI 98.20 to 99.04 tok/s) 98.64 tok/s (95 % CI not told: too noisy) 98.64 tok/s"},
		{metric + `{{differenceci $t 0.95 -9300000 (list -200000000 200000000)}}`, "−9 ms (95 % CI not told: too noisy)"},
		{`{{prose "# see dataset.rust.file[\"data/*.json\"].row[3], experiment.x_y. Not [this](x) or dataset.3"}}`, "\\# see `dataset.rust.file[\"data/*.json\"].row[3]`, `experiment.x_y`. Not \\[this\\](x) or dataset.3"},
		{`{{prose "plain *text*"}} {{prose "dataset.d.config[\"a|b\"].run[1]"}}`, "plain \\*text\\* dataset.d.config\\[\"a&#124;b\"\\].run\\[1\\]"},
		{`{{raw (shell (list "bench" "-var" "a=b c" "it's" "" "x/y.hcl" "$(z)"))}}`, `bench -var 'a=b c' 'it'\''s' '' x/y.hcl '$(z)'`},
		{`{{ci (list -0.00016 0.00292)}} {{ci nil}}`, "−0.02 to +0.29 % n/a"},
		{`{{pvalue 0.0963}} {{pvalue 0.00001}} {{pvalue nil}}`, "p = 0.096 p < 0.001 n/a"},
		{`{{dur 3790800000}} {{dur 286000000}} {{bytes 1610612736}}`, "3.79 s 286 ms 1.50 GiB"},
		{`{{count "run" 1}} {{count "run" 3}} {{level 0.8}} {{level true}}`, "1 run 3 runs 0.8 true"},
		{metric + `{{value $m 99.24}} {{figure $m 99.24}} {{interval $m $m.all.ci}} {{pm $m $m.all.mean $m.all.sd}}`, "99.24 tok/s 99.24 98.20 to 99.04 tok/s 98.64 ± 0.43 tok/s"},
		{metric + `{{value $t 290400000}} {{differenceci $t 0.95 -9300000 (list -16100000 -2500000)}} {{$t.title}} {{$t.printed_unit}}`, "290 ms −9.3 ms (95 % CI −16.1 to −2.5 ms) TTFT ms"},
		{`{{add 1 2}} {{add 1 0.5}} {{sub 5 1 1}} {{mul 2 0.25}} {{div 7 2}} {{mod 7 2}} {{max 1 2.5}} {{min 3 2}} {{abs -2}} {{abs -0.5}}`, "3 1.5 3 0.5 3 1 2.5 2 2 0.5"},
		{`{{lt 1 1.5}} {{eq 1 1.0}} {{eq "a" "b" "a"}} {{ne nil 1}} {{ge 2 2}} {{gt "b" "a"}} {{le 2 1}}`, "true true true true true true false"},
		{`{{print 1 " a " nil " " 0.5}}`, "1 a n/a 0.5"},
		{`{{print (code "a_b") " <i>"}}`, "`a_b` &lt;i&gt;"},
		{`{{join ", " (list 1 "<" (code "x"))}}`, "1, &lt;, `x`"},
		{"{{\"# *x* <b>\"}}", `\# \*x\* &lt;b&gt;`},
		{`{{raw "**x**"}} {{md "**x**"}}`, `**x** \*\*x\*\*`},
		{`{{"gpu60_ctx256_temp0p6 _x_ 3. 1.5 -"}}`, `gpu60_ctx256_temp0p6 \_x\_ 3. 1.5 -`},
		{`{{"3. x"}}`, `3\. x`},
		{"{{code \"a\"}} {{code \"a`b\"}} {{code \"a|b\"}} {{code nil}}", "`a` a\\`b a&#124;b n/a"},
		{"{{fence \"sh\" \"a```\\nb\"}}", "````sh\na```\nb\n````"},
		{`{{keys (dict "b" 1 "a" 2)}} {{values (dict "b" 1 "a" 2)}}`, `\[a b\] \[2 1\]`},
		{`{{$d := dict "a" 1}}{{$e := set $d "b" 2}}{{len $d}} {{len $e}}`, "1 2"},
		{`{{at "all.mean" (index .analyses.a.metrics "ttft")}} {{at "all.no.such" (dict "all" 1)}}`, "286300000 n/a"},
		{`{{at "metrics.a.b.mean" (dict "metrics" (dict "a" 1 "a.b" (dict "mean" 2)))}} {{at "a.b" (dict "a.b" nil "a" (dict "b" 3))}}`, "2 n/a"},
		{`{{column "kind" .findings}} {{(first (where "kind" "power" .findings)).sentence}} {{(get (by "kind" .findings) "effect").sentence}}`, `\[effect power\] Two. One.`},
		{`{{range rankBy "v" "lower" (list (dict "v" 2) (dict "v" nil) (dict "v" 1))}}{{.v}}{{end}} {{head 1 (list 1 2)}}{{tail 1 (list 1 2)}}{{head 9 nil}}`, `12 \[1\]\[2\]\[\]`},
		{`{{until 3}} {{untilStep 3 0 -1}} {{seq 2 4}} {{repeat 3 "ab"}}`, `\[0 1 2\] \[3 2 1\] \[2 3 4\] ababab`},
		{`{{upper (code "a")}} {{trimPrefix "p = " (pvalue 0.5)}}`, "\\`A\\` 0.50"},
		{`{{anchor "2.1 Ranking by x_y, Größe!"}}`, "21-ranking-by-x_y-größe"},
		{`{{oneline "a\n  b"}}`, "a b"},
		{`{{define "x"}}<{{.}}>{{end}}{{include "x" "a*"}}`, `<a\*>`},
		{`{{table (list "a" "b:") (list (list "x|y" 1.5) (list (raw "p|q\n")))}}`, "| a        |   b |\n| -------- | --: |\n| x&#124;y | 1.5 |\n| p\\|q     |     |"},
		{`{{toJson (dict "b" 1 "a" (list 1.5 nil))}}`, `{"a":\[1.5,null\],"b":1}`},
		{`{{printf "%s: %d %.2f" "a" 3 0.5}}`, "a: 3 0.50"},
	} {
		got := render(t, c.source, nil)
		if got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

// Numbers arrive as a template's author would write them, lists are never null, and what could not be had is.
func TestData(t *testing.T) {
	got := render(t, `{{range list .report.vars.whole .report.vars.part .report.vars.text .report.vars.none}}{{printf "%T " .}}{{end}}
{{len .runs}} {{len .experiments}} {{len .report.vars.list}} {{.analyses.a.best.probability}} {{.analyses.a.metrics.ttft.improvement}}
{{range .findings}}{{.analysis}} {{.kind}} {{end}}{{.report.name}} {{.report.template.name}} {{len .report.template.digest}} {{index .report.analyses 0}}`,
		map[string]any{"whole": 3.0, "part": 2.5, "text": "x", "none": nil, "list": []string{"a"}})
	want := "int float64 string &lt;nil&gt;\n0 0 1 0.5 n/a\na effect a power r test 64 a"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestUnknownAnalysis(t *testing.T) {
	_, err := parse(t, "tr-single").Render(templates.Report{Name: "r", Analyses: []string{"no"}}, study.Study{})
	if err == nil || err.Error() != `report r: there is no analysis "no" in the study` {
		t.Errorf("got %v", err)
	}
}

// A report's own template may replace a part of a built-in one and keep the rest.
func TestOverridingAPart(t *testing.T) {
	template, err := templates.Parse("mine", `{{define "tr-single.recommendation"}}Ask {{.analysis.baseline}}.{{end}}{{define "tr-single.threats"}}{{end}}{{template "tr-single" .}}`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := template.Render(templates.Report{Name: "tr111", Title: "T", Analyses: []string{"tr111"}}, rustSweep(t))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(got); !strings.Contains(text, "## 4. Recommendation\n\nAsk default.\n") || !strings.Contains(text, "## 3. Threats to validity\n\n## 4.") || !strings.Contains(text, "# T\n") {
		t.Errorf("the parts were not replaced:\n%s", text[strings.Index(text, "## 3."):])
	}
}

func TestTableOfContents(t *testing.T) {
	got := render(t, "# T\n\n{{toc}}\n\n## One `a_b`\n\n### Two, x\n\n```\n## no heading\n```\n\n## One `a_b`\n\n#### deep\n", nil)
	want := "- [One `a_b`](#one-a_b)\n  - [Two, x](#two-x)\n- [One `a_b`](#one-a_b-1)\n"
	if !strings.Contains(got, want) {
		t.Errorf("got\n%s", got)
	}
}

// Lines that conditions leave empty go away, but not those of fenced code.
func TestEmptyLines(t *testing.T) {
	got := render(t, "\n\na\n{{if true}}\n  {{/* nothing */}}\n{{end}}\n\n\nb  \n```\nc\n\n\nd\n```\n\n\n", nil)
	if want := "a\n\nb\n```\nc\n\n\nd\n```"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBuiltins(t *testing.T) {
	for _, name := range templates.Builtins() {
		parse(t, name)
	}
	if _, ok := templates.Builtin("no"); ok {
		t.Error("there is a built-in template named no")
	}
}

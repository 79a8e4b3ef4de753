package templates_test

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"bench/runner/study"
	"bench/templates"
)

// Tags and attributes that a page may have, whatever the data say.
var (
	tag        = regexp.MustCompile(`</?([a-zA-Z][a-zA-Z0-9-]*)([^>]*)>`)
	attributes = regexp.MustCompile(`^( (id|align|class|tabindex|open|start)(="[^"<>]*")?)*$`)
	allowed    = strings.Fields("h1 h2 h3 p a ul ol li table thead tbody tr th td div strong em code pre hr blockquote details summary sub")
)

// body gives what lies between <main> and </main>.
func body(t *testing.T, page []byte) string {
	t.Helper()
	_, rest, _ := strings.Cut(string(page), "<main>")
	inner, _, ok := strings.Cut(rest, "</main>")
	if !ok {
		t.Fatal("the page has no <main>")
	}
	return inner
}

// Text from data can't bring markup, links, control characters or a change of direction, wherever it is printed.
func TestHostileText(t *testing.T) {
	report := templates.Report{Name: evil, Title: evil, Analyses: []string{"analysis" + evil}, Vars: map[string]any{"question": evil, "data": evil, "number": evil, "author": evil}}
	st := hostile(t)
	withDataset := hostile(t)
	for name, a := range withDataset.Analyses {
		a.Of = []string{"dataset.d" + evil}
		withDataset.Analyses[name] = a
	}
	for name, st := range map[string]study.Study{"experiment": st, "dataset": withDataset} {
		t.Run(name, func(t *testing.T) {
			text, err := parse(t, "tr-single").Render(report, st)
			if err != nil {
				t.Fatal(err)
			}
			if i := strings.IndexFunc(string(text), func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) }); i >= 0 {
				t.Errorf("a control character at …%q…", text[max(0, i-40):min(len(text), i+40)])
			}
			page, err := templates.HTML(text)
			if err != nil {
				t.Fatal(err)
			}
			inner := body(t, page)
			for _, m := range tag.FindAllStringSubmatch(inner, -1) {
				if !slices.Contains(allowed, m[1]) || !attributes.MatchString(m[2]) || strings.Contains(m[2], "href") {
					t.Errorf("the page has %s", m[0])
				}
			}
			if !strings.Contains(html.UnescapeString(inner), "a|b `c` **d** <script>alert(1)</script> [x](javascript:1)") {
				t.Error("the text itself is not shown")
			}
		})
	}
}

// A cell of a table shows the text that it was given, and takes no other cell's place.
func TestTableCellsShowTheirText(t *testing.T) {
	template, err := templates.Parse("cells", `{{table (list "a" "b") (list (list .report.vars.x .report.vars.y) (list (code .report.vars.x) "end"))}}`)
	if err != nil {
		t.Fatal(err)
	}
	cell := regexp.MustCompile(`(?s)<td>(.*?)</td>`)
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab1 .\\|`*_~[]()<>&;#!$-+=:\"'/\n\t\x1b\u202e\u00e9\u00a0😀")), 0, 24, -1)
	rapid.Check(t, func(rt *rapid.T) {
		x, y := text.Draw(rt, "x"), text.Draw(rt, "y")
		got, err := template.Render(templates.Report{Vars: map[string]any{"x": x, "y": y}}, study.Study{})
		if err != nil {
			rt.Fatal(err)
		}
		page, err := templates.HTML(got)
		if err != nil {
			rt.Fatal(err)
		}
		var cells []string
		for _, m := range cell.FindAllStringSubmatch(string(page), -1) {
			inner := strings.TrimSuffix(strings.TrimPrefix(m[1], "<code>"), "</code>")
			if strings.Contains(inner, "<") {
				rt.Fatalf("a cell holds markup: %s", m[1])
			}
			cells = append(cells, html.UnescapeString(inner))
		}
		want := []string{shown(x), shown(y), shown(x), "end"}
		if !slices.Equal(cells, want) {
			rt.Fatalf("cells %q, want %q, of\n%s", cells, want, got)
		}
	})
}

// shown is text as a reader sees it: on one line, blanks joined, with pictures for control characters.
func shown(text string) string {
	text = strings.NewReplacer("\x1b", "␛", "\u202e", "�").Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

func FuzzParse(f *testing.F) {
	for _, m := range mistakes {
		f.Add(m.source)
	}
	st := study.Study{}
	f.Fuzz(func(t *testing.T, source string) {
		template, err := templates.Parse("fuzz", source)
		if err != nil {
			if _, ok := err.(*templates.Error); !ok {
				t.Fatalf("%T is no *Error", err)
			}
			return
		}
		_, _ = template.Render(templates.Report{}, st) // an error is fine, a panic is not
	})
}

func FuzzHTML(f *testing.F) {
	f.Add([]byte("# a\n\n> [!NOTE]\n> b\n\n<details><summary>x</summary>\n\n| a |\n| - |\n| b |\n\n</details>\n<script>"))
	f.Fuzz(func(t *testing.T, text []byte) {
		page, err := templates.HTML(text)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(body(t, page), "<script") {
			t.Error("a script got through")
		}
	})
}

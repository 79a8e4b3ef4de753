package templates_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"bench/templates"
)

func TestHTML(t *testing.T) {
	for name, c := range map[string]struct{ markdown, want, not string }{
		"title of the page":        {"# A *b* `c` & d\n", "<title>A b c &amp; d</title>", ""},
		"page without a heading":   {"text", "<title>Report</title>", ""},
		"details stays":            {"<details><summary>More</summary>\n\n**x**\n\n</details>\n", "<details><summary>More</summary>\n<p><strong>x</strong></p>\n</details>", ""},
		"open details stays":       {"<details open><summary>More</summary>\n\nx\n\n</details>\n", "<details open>", ""},
		"attributes don't":         {"<details onclick=\"x()\"><summary>a</summary>\n", "&lt;details onclick=&#34;x()&#34;&gt;", "<details onclick"},
		"script is text":           {"<script>alert(1)</script>\n", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script"},
		"inline tag is text":       {"a <b onmouseover=x>c</b> d", "&lt;b onmouseover=x&gt;", "<b "},
		"sub stays":                {"<sub>x</sub>", "<sub>x</sub>", ""},
		"comment is dropped":       {"<!-- bench:begin x -->\n\ntext\n", "<p>text</p>", "bench:begin"},
		"javascript link":          {"[x](javascript:alert(1))", `<a href="">x</a>`, "javascript"},
		"alert":                    {"> [!WARNING]\n> Look *out*.\n", "<blockquote class=\"alert warning\"><p class=\"alert-title\">Warning</p>\n<p>Look <em>out</em>.</p>\n</blockquote>", "[!"},
		"alert of several lines":   {"> [!NOTE]\n> a\n> b\n>\n> c\n", "<p>a\nb</p>\n<p>c</p>", "[!"},
		"quote is no alert":        {"> [!NOTHING]\n> a\n", "<blockquote>\n<p>[!NOTHING]", "alert"},
		"table scrolls":            {"| a | b |\n| - | -: |\n| 1 | 2 |\n", `<div class="scroll" tabindex="0"><table>`, "style=\"text"},
		"alignment without style":  {"| a | b |\n| - | -: |\n| 1 | 2 |\n", `<td align="right">2</td>`, ""},
		"anchors as on GitHub":     {"## 2.1 Ranking by `x_y`, Größe!\n\n## A\n\n## A\n", `<h2 id="21-ranking-by-x_y-größe">`, ""},
		"second anchor of a name":  {"## A\n\n## A\n", `<h2 id="a-1">`, ""},
		"policy allows no network": {"x", "default-src 'none'", ""},
		"number and unit":          {"a +1.2 % (95 % CI 3 to 98.64 tok/s) for 5 runs, 286 ms", "<p>a +1.2\u00a0% (95\u00a0%\u00a0CI 3 to 98.64\u00a0tok/s) for 5 runs, 286\u00a0ms</p>", ""},
		"number of a test":         {"sign test p = 0.090; p &lt; 0.001, n = 1\nclip = 3", "sign test p\u00a0=\u00a00.090; p\u00a0&lt;\u00a00.001, n\u00a0=\u00a01\nclip = 3", ""},
		"code stays as it is":      {"`p = 1` and\n\n```\n5 s\n```\n", "<code>p = 1</code> and</p>\n<pre><code>5 s\n", ""},
		"cell with a unit":         {"| a |\n| - |\n| **2 %** \\| 3 s |\n", "<td><strong>2\u00a0%</strong> | 3\u00a0s</td>", ""},
		"title is escaped":         {"# </title><script>\n", "<title>", "<script"},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := templates.HTML([]byte(c.markdown))
			if err != nil {
				t.Fatal(err)
			}
			text := string(page)
			if c.not != "" {
				text = regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAllString(text, "")
			}
			if !strings.Contains(text, c.want) {
				t.Errorf("lacks %s:\n%s", c.want, body(t, page))
			}
			if c.not != "" && strings.Contains(text, c.not) {
				t.Errorf("has %s:\n%s", c.not, text)
			}
		})
	}
}

// The reports become pages whose links all lead somewhere, and that load nothing.
func TestHTMLOfReports(t *testing.T) {
	for _, name := range []string{"published", "emulator", "single", "nothing", "paired", "noisy", "level"} {
		text, err := os.ReadFile("testdata/" + name + ".md")
		if err != nil {
			t.Fatal(err)
		}
		page, err := templates.HTML(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(string(page), -1) {
			t.Errorf("%s: the page refers to %s", name, m[1])
		}
		if strings.Count(string(page), "<details>") != strings.Count(string(page), "</details>") {
			t.Errorf("%s: <details> are not balanced", name)
		}
		if strings.Contains(body(t, page), "&lt;") && !strings.Contains(string(text), "&lt;") && !strings.Contains(string(text), "p < ") && !strings.Contains(string(text), " < 0.001") {
			t.Errorf("%s: markup was taken for text", name)
		}
	}
}

package main

import (
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/urfave/cli/v2"

	"bench/spec"
)

// Rules of this output: what HCL's own writer shows, and carets under the place that is meant, since only a terminal can
// underline it. With -json each diagnostic is an object on standard output.

// diagnose shows diagnostics, and gives an error if one of them is one.
func (e *env) diagnose(c *cli.Context, files map[string]*hcl.File, diags hcl.Diagnostics) error {
	var err error
	diags = spec.Once(diags)
	switch {
	case len(diags) == 0:
	case c.Bool("json"):
		for _, d := range diags {
			if err = e.line(jsonDiagnostic(d)); err != nil {
				break
			}
		}
	default:
		err = e.writeDiagnostics(c, files, diags)
	}
	if err == nil && diags.HasErrors() {
		return status(exitError)
	}
	return err
}

func (e *env) writeDiagnostics(c *cli.Context, files map[string]*hcl.File, diags hcl.Diagnostics) error {
	text, err := e.diagnosticsText(c, files, diags)
	if err == nil {
		_, err = io.WriteString(e.stderr, text)
	}
	return err
}

// diagnosticsText writes diagnostics as wide and as coloured as standard error can show them.
func (e *env) diagnosticsText(c *cli.Context, files map[string]*hcl.File, diags hcl.Diagnostics) (string, error) {
	width, terminal := isTerminal(e.stderr)
	if !terminal {
		width = 100
	}
	return diagnosticsText(files, diags, uint(width), colored(c, e.stderr))
}

// diagnosticsText has HCL's writer colour in any case, since the colours mark the place, and takes them away where they are not
// wanted. The text is printable before it gets them, so that they are the only sequences in it.
func diagnosticsText(files map[string]*hcl.File, diags hcl.Diagnostics, width uint, color bool) (string, error) {
	from := newSources(printableFiles(files))
	var b strings.Builder
	for _, d := range printableDiagnostics(diags) {
		written, err := from.write(d, width)
		if err != nil {
			return "", err
		}
		b.WriteString(written)
	}
	text := carets(b.String())
	if !color {
		text = uncolored.Replace(text)
	}
	return text, nil
}

// What HCL's writer colours with.
const (
	highlight = "\x1b[1;4m"
	reset     = "\x1b[0m"
)

var uncolored = strings.NewReplacer(highlight, "", reset, "", "\x1b[31m", "", "\x1b[33m", "")

// carets adds a line under the one in which a highlighted part begins.
func carets(text string) string {
	var out strings.Builder
	under := false
	for line := range strings.Lines(text) {
		line = narrow(line)
		out.WriteString(line)
		before, rest, ok := strings.Cut(line, highlight)
		if marked, _, _ := strings.Cut(rest, reset); ok && !under {
			out.WriteString(blank(before) + strings.Repeat("^", max(1, columns(marked))) + "\n")
		}
		under = ok
	}
	return out.String()
}

// longLine is how many bytes of a line of source are shown, and around how many the marked part of a longer one.
const longLine, aroundMark = 400, 60

// narrow cuts a line of source that is too long to be read to what stands around the marked part.
func narrow(line string) string {
	if len(line) <= longLine {
		return line
	}
	before, rest, ok := strings.Cut(line, highlight)
	marked, after, _ := strings.Cut(rest, reset)
	if !ok {
		return head(line, longLine) + "…\n"
	}
	if len(before) > 2*aroundMark {
		number, _, _ := strings.Cut(before, ":")
		before = number + ": …" + tail(before, aroundMark)
	}
	if len(marked) > 2*aroundMark {
		marked = head(marked, 2*aroundMark) + "…"
	}
	if len(after) > aroundMark {
		after = head(after, aroundMark) + "…\n"
	}
	return before + highlight + marked + reset + after
}

// head and tail give at most n bytes of a text, whole runes.
func head(s string, n int) string { return strings.ToValidUTF8(s[:n], "") }
func tail(s string, n int) string { return strings.ToValidUTF8(s[len(s)-n:], "") }

// blank is as wide as a text: its tabs, and spaces for the rest.
func blank(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r == '\t' {
			out.WriteByte('\t')
		} else {
			out.WriteString(strings.Repeat(" ", columns(string(r))))
		}
	}
	return out.String()
}

// printableFiles are the files without what a terminal would obey, and without secrets, every byte in its place.
func printableFiles(files map[string]*hcl.File) map[string]*hcl.File {
	out := map[string]*hcl.File{}
	for name, f := range files {
		if f != nil {
			f = &hcl.File{Body: f.Body, Bytes: sameLength(spec.Hide(name, f.Bytes)), Nav: f.Nav}
		}
		out[visible(name)] = f
	}
	return out
}

func printableDiagnostics(diags hcl.Diagnostics) hcl.Diagnostics {
	out := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		shown := *d
		shown.Summary, shown.Detail = visible(d.Summary), visible(d.Detail)
		for _, r := range []**hcl.Range{&shown.Subject, &shown.Context} {
			if *r != nil {
				moved := **r
				moved.Filename = visible(moved.Filename)
				*r = &moved
			}
		}
		out[i] = &shown
	}
	return out
}

type diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Range    *place `json:"range,omitempty"`
}

type place struct {
	Filename string   `json:"filename"`
	Start    position `json:"start"`
	End      position `json:"end"`
}

type position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

func jsonDiagnostic(d *hcl.Diagnostic) diagnostic {
	out := diagnostic{Severity: "error", Summary: d.Summary, Detail: d.Detail}
	if d.Severity == hcl.DiagWarning {
		out.Severity = "warning"
	}
	if r := d.Subject; r != nil {
		out.Range = &place{r.Filename, position{r.Start.Line, r.Start.Column}, position{r.End.Line, r.End.Column}}
	}
	return out
}

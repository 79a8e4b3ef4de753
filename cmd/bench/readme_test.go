package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const readme = "../../README.md"

// TestReadme runs the commands of the README's blocks that are marked with <!-- bench:run -->, in a copy of the examples. A
// console block has a $ before each command; in any other, every line is one. `go run ./cmd/bench` is bench there.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	commands := runnable(string(text))
	if len(commands) == 0 {
		t.Fatal("README.md marks no block to run")
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	for _, command := range commands {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(command, "go run ./cmd/bench", "bench"))
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("$ %s\n%s%v", command, out, err)
		}
	}
}

// Every link of a README to a file of this repository leads somewhere, and every room has a README.
func TestReadmeLinks(t *testing.T) {
	root := "../.."
	for _, room := range []string{"spec", "runner", "agent", "analysis", "templates"} {
		if _, err := os.Stat(filepath.Join(root, room, "README.md")); err != nil {
			t.Error(err)
		}
	}
	links := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "README.md" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range links.FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// The committed report of the published data is what bench makes of them, byte for byte.
func TestPublishedReport(t *testing.T) {
	t.Parallel()
	const example = "../../examples/published"
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "reports")); err != nil {
		t.Fatal(err)
	}
	if code := run([]string{"bench", "report", dir}, strings.NewReader(""), io.Discard, os.Stderr); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	for _, name := range []string{"Technical_Report_111.md", "Technical_Report_111.html"} {
		got, err1 := os.ReadFile(filepath.Join(dir, "reports", name))
		want, err2 := os.ReadFile(filepath.Join(example, "reports", name))
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what is committed: go run ./cmd/bench report examples/published writes it", name)
		}
	}
}

// The excerpt of a report that the README shows stands in that report.
func TestReadmeExcerpt(t *testing.T) {
	text, err1 := os.ReadFile(readme)
	report, err2 := os.ReadFile("../../examples/published/reports/Technical_Report_111.md")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "<!-- from examples/published/reports/Technical_Report_111.md -->\n")
	excerpt, _, closed := strings.Cut(rest, "\nEvery figure")
	if !ok || !closed {
		t.Fatal("README.md has no excerpt")
	}
	for line := range strings.Lines(strings.TrimSpace(excerpt)) {
		if !strings.Contains(string(report), strings.TrimSpace(line)) {
			t.Errorf("not in the report: %s", line)
		}
	}
}

// runnable gives the commands of the marked blocks.
func runnable(text string) []string {
	var commands []string
	marked, inside, console := false, false, false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch kind, fence := strings.CutPrefix(line, "```"); {
		case fence && inside:
			marked, inside = false, false
		case fence:
			inside, console = true, kind == "console"
		case !inside:
			marked = line == "<!-- bench:run -->" || marked && line == ""
		case marked:
			command, prompt := strings.CutPrefix(line, "$ ")
			if prompt || !console && line != "" && line[0] != '#' {
				commands = append(commands, command)
			}
		}
	}
	return commands
}

func TestRunnable(t *testing.T) {
	text := strings.ReplaceAll(`
# Title

'''sh
not marked
'''

<!-- bench:run -->
'''console
$ bench plan examples/quickstart
Plan: 57 to run
$ go run ./cmd/bench apply examples/quickstart
57 of 57 counted
'''

<!-- bench:run -->

'''sh
# a comment
bench runs examples/quickstart

'''
<!-- bench:run -->
text between
'''sh
not this one
'''
`, "'''", "```")
	want := "bench plan examples/quickstart\ngo run ./cmd/bench apply examples/quickstart\nbench runs examples/quickstart"
	if got := strings.Join(runnable(text), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

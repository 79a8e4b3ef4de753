package agent_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// README.md names tests that there are, and leads to every file.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	var tests strings.Builder
	for _, pattern := range []string{"*_test.go", "*/*_test.go"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tests.Write(content)
		}
	}
	for _, m := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)\\w+)`").FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(tests.String(), "func "+m[1]+"(") {
			t.Errorf("there is no %s", m[1])
		}
	}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		base := regexp.MustCompile(`(_linux|_other)?\.go$`).ReplaceAllString(path, "")
		if !strings.HasSuffix(base, "_test") && base != "doc" && !strings.Contains(readme, "("+base+".go)") {
			t.Errorf("%s is in no row", path)
		}
	}
}

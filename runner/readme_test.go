package runner

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// README.md names a test for each promise, which there is, and leads to every file.
func TestReadme(t *testing.T) {
	readme := string(must(os.ReadFile("README.md")))
	var tests strings.Builder
	for _, pattern := range []string{"*_test.go", "*/*_test.go", "../agent/*_test.go", "../cmd/bench/*_test.go"} {
		for _, path := range must(filepath.Glob(pattern)) {
			tests.Write(must(os.ReadFile(path)))
		}
	}
	for _, m := range regexp.MustCompile("`((?:Test|Fuzz)\\w*)(?:/(\\w+))?`").FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(tests.String(), "func "+m[1]+"(") {
			t.Errorf("there is no %s", m[1])
		}
		if script := "../cmd/bench/testdata/script/" + m[2] + ".txtar"; m[2] != "" && !exists(script) {
			t.Errorf("there is no %s", script)
		}
	}
	for _, path := range must(filepath.Glob("*.go")) {
		base := regexp.MustCompile(`(_linux|_darwin|_other)?\.go$`).ReplaceAllString(path, "")
		if !strings.HasSuffix(base, "_test") && base != "doc" && !strings.Contains(readme, "("+base) {
			t.Errorf("%s is in no row", path)
		}
	}
}

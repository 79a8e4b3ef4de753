package runner

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A record whose figures were altered is made again, though it says that it is of the run as it is planned.
func TestRecordWithOtherFigures(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	p := plan(t, loadModule(t, dir))
	pretend(t, p)
	path := filepath.Join(folder(p), "ctx256", "run_1.json")
	text := string(must(os.ReadFile(path)))
	write(t, filepath.Dir(path), map[string]string{"run_1.json": strings.Replace(text, `"seed": `, `"seed": 1`, 1)})
	if got := reasons(plan(t, p.Module)); !slices.Equal(got, []string{Altered}) {
		t.Errorf("%q", got)
	}
	write(t, filepath.Dir(path), map[string]string{"run_1.json": text})
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := reasons(plan(t, p.Module)); len(got) > 0 {
		t.Errorf("restored: %q", got)
	}
}

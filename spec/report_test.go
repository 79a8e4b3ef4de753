package spec_test

import (
	"os"
	"path/filepath"
	"testing"

	"bench/spec"
)

// TestReportThroughLink: a file that is read is not written over by another of its names.
func TestReportThroughLink(t *testing.T) {
	src := sweep("") + `
locals { preamble = file("preamble.md") }
analysis "sweep" {
  of = [experiment.sweep]
  metric "throughput" {}
}
report "sweep" {
  template = "t"
  analyses = [analysis.sweep]
  output   = "reports/preamble.md"
}
`
	dir := write(t, map[string]string{"e.hcl": src, "preamble.md": "# a\n"})
	if err := os.Symlink(".", filepath.Join(dir, "reports")); err != nil {
		t.Skip(err)
	}
	m, diags := spec.Load([]string{dir}, spec.Options{})
	if len(diags) != 1 || diags[0].Summary != "Report over an input" {
		t.Errorf("got %s", told(t, m, diags))
	}
}

package reaper

import (
	"strings"
	"testing"
)

func TestMark(t *testing.T) {
	m := Mark{Of: `experiment.x.config["put in by hand"].run[1]#2`, Folder: "64768:1234", By: "77:123456"}
	environ := "A=1\x00BENCH_RUNNER=no\x00" + m.Env() + "\x00B=2\x00"
	if got, found := markIn(environ); !found || got != m {
		t.Errorf("%+v, %t of %q", got, found, environ)
	}
	for _, environ := range []string{
		"", "A=1", "BENCH_RUN=", "BENCH_RUN=x", "BENCH_RUN=x in 1:2", "BENCH_RUN=x by 1:2", "BENCH_RUN= in 1:2 by 3:4", "BENCH_RUN=x in  by 3:4",
		"BENCH_RUN=x in 1:2 by ", "XBENCH_RUN=x in 1:2 by 3:4",
	} {
		if got, found := markIn(environ); found {
			t.Errorf("%q: %+v", environ, got)
		}
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"sleep\x00100\x00":             "sleep 100",
		"sh\x00-c\x00a\nb\x1b[31m\xff": "sh -c a b [31m\uFFFD",
		strings.Repeat("é", 100):       strings.Repeat("é", 60) + "…",
		"x" + strings.Repeat("é", 100): "x" + strings.Repeat("é", 59) + "…",
		" \x00 ":                       "",
	} {
		if got := oneLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

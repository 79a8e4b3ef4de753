package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"bench/agent/emulator"
	"bench/runner"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

// TestMain makes the test binary a bench as well: under that name for the scripts, and under the one by which the runner starts
// its workers and servers.
func TestMain(m *testing.M) {
	if self, err := runner.Executable(); err == nil && os.Args[0] == self && filepath.Base(self) == "exe" {
		main()
	}
	testscript.Main(m, map[string]func(){"bench": main, "parrot": parrot})
}

// TestScripts holds what each command promises. A script finds testdata/small as $WORK/small.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[environment{}] = env.Vars
			return os.CopyFS(filepath.Join(env.WorkDir, "small"), os.DirFS("testdata/small"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "free": free, "holds": holds, "json": jsonLines, "interrupt": interrupt, "liar": liar, "nowhere": nowhere,
			"events": events, "eventually": eventually,
		},
	})
}

// exits runs a program and wants a certain exit code:
//
//	exits 2 bench apply small
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		failed, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = failed.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// holds wants a folder to hold certain files, at any depth, and no others:
//
//	holds small experiment.hcl
func holds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: holds FOLDER [FILE…]")
	}
	dir := ts.MkAbs(args[0])
	want := map[string]bool{}
	for _, name := range args[1:] {
		want[name] = true
	}
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil && !want[name] {
			err = fmt.Errorf("%s was written", name)
		}
		delete(want, name)
		return err
	}))
	for name := range want {
		ts.Fatalf("%s is gone", name)
	}
}

// jsonLines reads what was printed as one JSON object a line, and wants one of them to have certain values, written as JSON;
// with -each every one must have these fields and no others, with -no none of them may have those values:
//
//	json summary.to_run=6
//	json -each address order action reasons hash
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: json PATH=VALUE… | json -each FIELD…")
	}
	var objects []map[string]any
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			ts.Fatalf("not an object: %s%v", line, err)
		}
		objects = append(objects, object)
	}
	if args[0] == "-each" {
		want := slices.Sorted(slices.Values(args[1:]))
		for _, object := range objects {
			if got := slices.Sorted(maps.Keys(object)); !slices.Equal(got, want) {
				ts.Fatalf("fields %s\nwant   %s", got, want)
			}
		}
		return
	}
	if !slices.ContainsFunc(objects, func(object map[string]any) bool { return hasAll(object, args) }) {
		ts.Fatalf("no object has %s", strings.Join(args, " and "))
	}
}

func hasAll(object map[string]any, wants []string) bool {
	for _, want := range wants {
		path, value, _ := strings.Cut(want, "=")
		var at any = object
		for _, field := range strings.Split(path, ".") {
			inner, _ := at.(map[string]any)
			at = inner[field]
		}
		if text, err := json.Marshal(at); err != nil || string(text) != value {
			return false
		}
	}
	return true
}

// interrupt runs a program, sends it some interrupts as soon as a run has ended or pauses, and wants exit code 130:
//
//	interrupt 2 bench apply small
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: interrupt TIMES PROGRAM [ARG…]")
	}
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Dir, cmd.Env, cmd.Stdout = ts.MkAbs("."), ts.Value(environment{}).([]string), ts.Stdout()
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		fmt.Fprintln(ts.Stderr(), lines.Text())
		if began := strings.Contains(lines.Text(), "ok  ") || strings.Contains(lines.Text(), "retry  "); times > 0 && (began || strings.HasPrefix(lines.Text(), "Stopping")) {
			ts.Check(cmd.Process.Signal(os.Interrupt))
			times--
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitInterrupted {
		ts.Fatalf("it ended with %v, and not because of the interrupt", err)
	}
}

// events prints the lines of `bench apply -json` that were printed last, without what is another one each time.
func events(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: events")
	}
	text := ts.ReadFile("stdout")
	for _, mask := range []struct{ what, with string }{
		{`"t":"[^"]*"`, `"t":"…"`}, {`"version":"[^"]*"`, `"version":"…"`}, {`"(\w+_ns)":\d+`, `"$1":0`}, {`"study":\{.*`, `"study":{…}}`},
		{`"decode_client":[^,]*,`, ``}, // absent where one read brought all tokens
		{`"(client_overhead|cpu_stall|other_cpu|server_cpu|server_peak_rss|steal|cpu_energy|gpu_\w+)":[^,]*,`, ``}, // absent where the machine does not tell them
	} {
		text = regexp.MustCompile(mask.what).ReplaceAllString(text, mask.with)
	}
	metrics, measured := regexp.MustCompile(`"metrics":\{[^}]*\}`), regexp.MustCompile(`"(\w+)":[\d.e+-]+`)
	fmt.Fprint(ts.Stdout(), metrics.ReplaceAllStringFunc(text, func(m string) string {
		return measured.ReplaceAllStringFunc(m, func(figure string) string {
			if strings.Contains(figure, "tokens") || strings.Contains(figure, "calls") { // these are always the same
				return figure
			}
			name, _, _ := strings.Cut(figure, ":")
			return name + ":0"
		})
	}))
}

// eventually runs a program until its output has a line that matches:
//
//	eventually 'under way' bench status small
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually PATTERN PROGRAM [ARG…]")
	}
	pattern := regexp.MustCompile("(?m)" + args[0])
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("it never printed %q (%v)", args[0], err)
		}
	}
}

// liar runs a program with -var url=… of a server whose errors hold what a terminal would obey, and wants an exit code:
//
//	liar 2 bench apply liar.hcl
func liar(ts *testscript.TestScript, neg bool, args []string) {
	honest, err := emulator.New(emulator.Config{})
	ts.Check(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/generate" {
			honest.ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, "{\"error\": \"\\u001b[2J\\u001b]0;owned\\u0007 \u009b31m \u202egnp.exe \\u007f\"}")
	}))
	defer server.Close()
	exits(ts, neg, append(args, "-var", "url="+server.URL))
}

// environment is the key under which a script's environment is kept.
type environment struct{}

package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/urfave/cli/v2"

	"bench/spec"
)

// nowhere wants a text to be neither in what was printed nor in any file of a folder, be it compressed as a plan is, or in its name:
//
//	nowhere hunter2 small
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: nowhere TEXT FOLDER")
	}
	text := []byte(args[0])
	for _, stream := range []string{"stdout", "stderr"} {
		if printed := ts.ReadFile(stream); bytes.Contains([]byte(printed), text) {
			ts.Fatalf("%s tells it:\n%s", stream, printed)
		}
	}
	ts.Check(filepath.WalkDir(ts.MkAbs(args[1]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if packed, isPlan := bytes.CutPrefix(content, []byte("bench plan\n")); isPlan && err == nil {
			content, err = unpacked(packed)
		}
		if bytes.Contains(content, text) || bytes.Contains([]byte(path), text) {
			ts.Fatalf("%s tells it:\n%s", path, content)
		}
		return err
	}))
}

func unpacked(packed []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// TestInputsOf holds that both flags stay in the order of the command line, wherever they stand in it.
func TestInputsOf(t *testing.T) {
	app := newApp(newEnv(nil, io.Discard, io.Discard))
	var got []spec.Input
	for _, c := range app.Commands {
		if c.Name == "plan" {
			c.Action = func(c *cli.Context) (err error) { got, err = inputsOf(c); return err }
		}
	}
	args := []string{"bench", "-var", "a=1=2", "--var-file=x y", "plan", "-var=b=", "dir", "-var-file", "z", "-var", "c=[1, 2]"}
	if err := app.Run(permute(app, args)); err != nil {
		t.Fatal(err)
	}
	want := []spec.Input{{Name: "a", Text: "1=2"}, {File: "x y"}, {Name: "b"}, {File: "z"}, {Name: "c", Text: "[1, 2]"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

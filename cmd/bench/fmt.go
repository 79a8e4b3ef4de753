package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/urfave/cli/v2"

	"bench/spec"
)

// stdinName is what standard input is called in diagnostics and diffs.
const stdinName = "<stdin>"

func fmtCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "fmt", Usage: "write specs in canonical form", ArgsUsage: "[PATH…]",
		Description: "It formats *.hcl and *.benchvars as terraform fmt would, keeps comments, and prints the names of the files that it changed.\n" +
			"Blank lines at the edges of a block and of the file go as well, and the file ends with one line break.\n" +
			"The path - stands for standard input; its canonical form goes to standard output.\n" +
			"With -check the exit code is 3 where there is something to format.",
		Flags: globalFlags(
			&cli.BoolFlag{Name: "check", Usage: "write nothing: print the names of the files that are not in canonical form"},
			&cli.BoolFlag{Name: "diff", Usage: "show what changes, as a unified diff"},
			&cli.BoolFlag{Name: "recursive", Usage: "subfolders as well, but neither hidden ones nor runs/, and no links"},
		),
		Action: func(c *cli.Context) error {
			if err := changeFolder(c); err != nil {
				return err
			}
			f := &formatting{env: e, c: c, seen: map[string]bool{}}
			paths := c.Args().Slice()
			switch {
			case len(paths) == 0:
				paths = []string{"."}
			case len(paths) > 1 && slices.Contains(paths, "-"):
				return errors.New("fmt: - is standard input, which is formatted alone: name no other path beside it")
			}
			for _, path := range paths {
				if err := f.path(path); err != nil {
					return err
				}
			}
			return f.outcome()
		},
	}
}

// A formatting goes through files. What is wrong with one is told and does not keep it from the others; an error that its methods
// give is of the output itself.
type formatting struct {
	*env
	c       *cli.Context
	seen    map[string]bool // files that had their turn
	changed bool            // something was, or with -check is, to be formatted
	failed  bool
}

func (f *formatting) outcome() error {
	switch {
	case f.failed:
		return status(exitError)
	case f.changed && f.c.Bool("check"):
		return status(exitUnformatted)
	}
	return nil
}

func (f *formatting) fail(format string, args ...any) {
	f.failed = true
	f.complain(fmt.Errorf("fmt: "+format, args...))
}

func (f *formatting) path(path string) error {
	if path == "-" {
		return f.input()
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.fail("there is no file or folder %q.%s", path, spec.DidYouMean(filepath.Base(path), formattableIn(filepath.Dir(path))))
	case err != nil:
		f.fail("%s can't be read: %w", path, reason(err))
	case info.IsDir():
		return f.folder(path)
	case formattable(path):
		return f.file(path)
	case !strings.HasSuffix(path, ".hcl.json"):
		f.fail("%q is no spec: name a *.hcl or a *.benchvars file", path)
	}
	return nil
}

func formattable(name string) bool {
	return strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".benchvars")
}

// formattableIn gives the names of the files in a folder that might have been meant.
func formattableIn(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, entry := range entries {
		if formattable(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names
}

func (f *formatting) folder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		f.fail("the folder %s can't be read: %w", dir, reason(err))
		return nil
	}
	for _, entry := range entries {
		name := entry.Name()
		switch {
		case entry.IsDir() && f.c.Bool("recursive") && name != "runs" && name[0] != '.':
			err = f.folder(filepath.Join(dir, name))
		case entry.Type().IsRegular() && formattable(name):
			err = f.file(filepath.Join(dir, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *formatting) file(name string) error {
	if name = filepath.Clean(name); f.seen[name] {
		return nil
	}
	f.seen[name] = true
	src, formatted, diags := spec.FormatFile(name)
	if !f.sound(name, src, diags) || bytes.Equal(src, formatted) {
		return nil
	}
	if !f.c.Bool("check") {
		if err := rewrite(name, formatted); err != nil {
			f.fail("%w", err)
			return nil
		}
	}
	return f.tell(name, src, formatted)
}

// rewrite replaces a file; where its name is a link, what it leads to. A file that may not be written is not replaced either.
func rewrite(name string, content []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return notWritten(name, err)
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return notWritten(name, err)
	}
	_ = f.Close() // nothing was written to it
	return replace([]output{{target, content}})
}

// input formats standard input.
func (f *formatting) input() error {
	src, err := io.ReadAll(io.LimitReader(f.stdin, spec.MaxFile+1))
	if err != nil {
		return fmt.Errorf("fmt: standard input can't be read: %w", reason(err))
	}
	formatted, diags := spec.Format(src, stdinName)
	switch {
	case !f.sound(stdinName, src, diags):
		return nil
	case f.c.Bool("check"), f.c.Bool("diff"):
		if bytes.Equal(src, formatted) {
			return nil
		}
		return f.tell(stdinName, src, formatted)
	case f.c.Bool("json"):
		return f.line(formattedInput{stdinName, string(formatted)})
	}
	_, err = f.stdout.Write(formatted) // to a file or a program, and byte for byte
	return err
}

// sound shows what is wrong with a source, and says whether nothing is.
func (f *formatting) sound(name string, src []byte, diags hcl.Diagnostics) bool {
	err := f.diagnose(f.c, map[string]*hcl.File{name: {Bytes: src}}, diags)
	f.failed = f.failed || err != nil
	return err == nil
}

// tell shows that a source is not in canonical form.
func (f *formatting) tell(name string, src, formatted []byte) error {
	f.changed = true
	return f.formatText(f.c, name, src, formatted)
}

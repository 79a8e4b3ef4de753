package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"
)

// starter holds the files of a first experiment, under init. They are named one by one, so that what a run of it leaves beside
// them is not part of bench.
//
//go:embed init/.gitignore init/experiment.hcl init/prompts init/corpus
var starter embed.FS

func initCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "write a first experiment, which runs at once", ArgsUsage: "[DIR]",
		Description: "It writes a commented experiment.hcl with its prompts and files, and a .gitignore, into DIR or the folder that you are in.\n" +
			"Nothing is overwritten: where one of the files is there with other content, nothing is written at all.",
		Flags: globalFlags(),
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return errors.New("init: name one folder")
			}
			if err := changeFolder(c); err != nil {
				return err
			}
			dir := "."
			if c.NArg() == 1 {
				dir = c.Args().First()
			}
			missing, err := missingFiles(dir)
			if err == nil {
				err = replace(missing)
			}
			if err != nil {
				return fmt.Errorf("init: %w", err)
			}
			return e.initText(c, dir, missing)
		},
	}
}

// missingFiles gives the starter's files that a folder does not have yet. Those that it has may not differ.
func missingFiles(dir string) ([]output, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name a folder", dir)
	}
	var missing []output
	var taken []string
	err := fs.WalkDir(starter, "init", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := starter.ReadFile(name)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(strings.TrimPrefix(name, "init/")))
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, output{path, content})
			return nil
		}
		switch there, err := os.ReadFile(path); {
		case err != nil:
			return fmt.Errorf("%s can't be read: %w", path, reason(err))
		case !bytes.Equal(there, content):
			taken = append(taken, path)
		}
		return nil
	})
	if err == nil && len(taken) > 0 {
		err = contentDiffers(taken)
	}
	return missing, err
}

func contentDiffers(paths []string) error {
	are, them := "is", "it"
	if len(paths) > 1 {
		are, them = "are", "them"
	}
	return fmt.Errorf("%s %s there with other content. Nothing was written: move %s away, or name another folder, as `bench init DIR`",
		strings.Join(paths, " and "), are, them)
}

// initText tells what was written, and what to type next.
func (e *env) initText(c *cli.Context, dir string, written []output) error {
	for _, o := range written {
		var err error
		if c.Bool("json") {
			err = e.line(changedFile{o.path})
		} else {
			_, err = fmt.Fprintln(e.out, "Wrote "+o.path)
		}
		if err != nil {
			return err
		}
	}
	var b strings.Builder
	if len(written) == 0 {
		b.WriteString("Nothing to write: all files are there already.\n")
	}
	path := ""
	if dir != "." {
		path = " " + quoted(dir)
	}
	fmt.Fprintf(&b, "\nNext\n  bench plan%[1]s   shows what would run, and why\n  bench apply%[1]s  runs it in a few seconds, on an emulated server, and writes a report\n", path)
	_, err := fmt.Fprint(e.human(c), b.String())
	return err
}

package load

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A File is a Source that gives the prompts of a file, in its order and again from its beginning. It holds 16 bytes for each row;
// the prompts stay in the file, which must not change meanwhile.
type File struct {
	file   *os.File
	path   string
	column string
	place  int // of the column in a CSV file
	parse  func(row []byte) (string, error)
	rows   []span
	order  []int32 // of a shuffled file
}

// A span is where a row lies in the file.
type span struct {
	start int64
	size  int32
}

// OpenFile reads a file of prompts once, so that whatever is wrong in it is known before a load begins. The ending of its name says what it
// is: .csv with a header; .jsonl, an object a line; or .json, an array of objects, or as .jsonl. The column, or field, must hold a text in each
// row. Errors name the line.
func OpenFile(path, column string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{file: file, path: path, column: column}
	switch ending := filepath.Ext(path); ending {
	case ".csv":
		f.parse, err = f.record, f.indexCSV()
	case ".jsonl":
		f.parse, err = f.field, f.indexLines()
	case ".json":
		f.parse, err = f.field, f.indexJSON()
	default:
		err = fmt.Errorf("%q is none of .csv, .jsonl and .json", ending)
	}
	if err == nil && len(f.rows) == 0 {
		err = errors.New("there are no prompts in it")
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Shuffle puts the rows into another order, the same for the same seed. It must come before the first prompt is asked for.
func (f *File) Shuffle(seed uint64) {
	f.order = make([]int32, len(f.rows))
	for i, row := range stream(seed, "rows", 0).Perm(len(f.rows)) {
		f.order[i] = int32(row)
	}
}

// Len is how many prompts there are.
func (f *File) Len() int { return len(f.rows) }

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }

// Prompt reads one.
func (f *File) Prompt(index int) (Prompt, error) {
	i := index % len(f.rows)
	if f.order != nil {
		i = int(f.order[i])
	}
	row := f.rows[i]
	raw := make([]byte, row.size)
	if _, err := f.file.ReadAt(raw, row.start); err != nil {
		return Prompt{}, fmt.Errorf("%s: row %d, which was there before: %w", f.path, i+1, err)
	}
	text, err := f.parse(raw)
	if err != nil {
		return Prompt{}, fmt.Errorf("%s: row %d has changed: %w", f.path, i+1, err)
	}
	return Prompt{Text: text}, nil
}

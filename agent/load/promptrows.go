package load

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// The limits of a file of prompts.
const (
	maxRow  = 16 << 20    // bytes
	maxRows = 100_000_000 // 16 bytes each
)

// add notes a row whose text is good.
func (f *File) add(start, end int64, text string) error {
	switch {
	case text == "":
		return fmt.Errorf("the prompt is empty")
	case end-start > maxRow:
		return errLongRow
	case len(f.rows) == maxRows:
		return fmt.Errorf("more than %d rows", maxRows)
	}
	f.rows = append(f.rows, span{start, int32(end - start)})
	return nil
}

var errLongRow = fmt.Errorf("a row of more than %d bytes", maxRow)

// field takes the prompt from a JSON object.
func (f *File) field(row []byte) (string, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(row, &object); err != nil {
		return "", fmt.Errorf("no JSON object: %w", err)
	}
	raw, given := object[f.column]
	if !given {
		return "", f.noColumn(slices.Sorted(maps.Keys(object)))
	}
	var text *string
	if err := json.Unmarshal(raw, &text); err != nil || text == nil {
		return "", fmt.Errorf("the field %q holds no text: %.40s", f.column, raw)
	}
	return *text, nil
}

// record takes the prompt from a row of CSV.
func (f *File) record(row []byte) (string, error) {
	r := csv.NewReader(bytes.NewReader(row))
	fields, err := r.Read()
	if err == nil && f.place >= len(fields) {
		err = errors.New("it has fewer columns")
	}
	if err != nil {
		return "", err
	}
	return fields[f.place], nil
}

func (f *File) noColumn(there []string) error {
	const shown = 20
	if len(there) > shown {
		there = append(there[:shown], "…")
	}
	return fmt.Errorf("there is no column %q; there are: %s", f.column, strings.Join(there, ", "))
}

func (f *File) indexLines() error {
	lines := bufio.NewScanner(f.file)
	lines.Buffer(nil, maxRow)
	start, next := int64(0), int64(0)
	lines.Split(func(data []byte, atEOF bool) (int, []byte, error) {
		advance, line, err := bufio.ScanLines(data, atEOF)
		next += int64(advance)
		return advance, line, err
	})
	n := 0
	for ; lines.Scan(); start = next {
		n++
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		text, err := f.field(lines.Bytes())
		if err == nil {
			err = f.add(start, start+int64(len(lines.Bytes())), text)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d: %w", n+1, errLongRow)
	}
	return lines.Err()
}

func (f *File) indexCSV() error {
	input := &bounded{from: f.file}
	rows := csv.NewReader(input)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	header[0] = strings.TrimPrefix(header[0], "\uFEFF")
	if f.place = slices.Index(header, f.column); f.place < 0 {
		return fmt.Errorf("line 1: %w", f.noColumn(slices.Clone(header)))
	}
	for {
		input.taken = 0
		start := rows.InputOffset()
		row, err := rows.Read()
		if err == io.EOF {
			return nil
		}
		if errors.Is(err, errLongRow) {
			return fmt.Errorf("after row %d, whose quotes may be open: %w", len(f.rows), err)
		}
		if err != nil {
			return err // it names the line
		}
		line, _ := rows.FieldPos(f.place)
		if err := f.add(start, rows.InputOffset(), row[f.place]); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// indexJSON reads an array of objects, or objects as lines where the file does not begin with one.
func (f *File) indexJSON() error {
	array, err := f.isArray()
	if err != nil {
		return err
	}
	if !array {
		return f.indexLines()
	}
	input := &bounded{from: f.file}
	rows := json.NewDecoder(input)
	if _, err := rows.Token(); err != nil {
		return err
	}
	for rows.More() {
		input.taken = 0
		var raw json.RawMessage
		err := rows.Decode(&raw)
		end := rows.InputOffset()
		start := end - int64(len(raw))
		if err == nil {
			var text string
			if text, err = f.field(raw); err == nil {
				err = f.add(start, end, text)
			}
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", f.lineAt(start), err)
		}
	}
	if _, err := rows.Token(); err != nil {
		return fmt.Errorf("line %d: the array has no end: %w", f.lineAt(rows.InputOffset()), err)
	}
	return nil
}

// isArray looks at the first byte that isn't white.
func (f *File) isArray() (bool, error) {
	var head [4 << 10]byte
	n, err := f.file.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return false, err
	}
	return bytes.HasPrefix(bytes.TrimLeft(head[:n], " \t\r\n"), []byte("[")), nil
}

// lineAt counts the lines before an offset, once something is wrong there.
func (f *File) lineAt(offset int64) int {
	lines := 1
	buffer := make([]byte, 64<<10)
	for at := int64(0); at < offset; {
		n, err := f.file.ReadAt(buffer[:min(int64(len(buffer)), offset-at)], at)
		lines += bytes.Count(buffer[:n], []byte("\n"))
		if at += int64(n); err != nil {
			break
		}
	}
	return lines
}

// A bounded reader fails where a row takes too much, so that an open quote does not read a whole file into memory.
type bounded struct {
	from  io.Reader
	taken int // since the row began, what was read ahead left out
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.taken > maxRow {
		return 0, errLongRow
	}
	n, err := b.from.Read(p)
	b.taken += n
	return n, err
}

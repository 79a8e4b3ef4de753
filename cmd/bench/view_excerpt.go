package main

import (
	"bufio"
	"fmt"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// HCL's writer of diagnostics goes through a whole file for each of them, which takes a minute for a hundred mistakes in one of 3 MiB. So
// it gets files without a line, and the lines that it would have shown are put into what it writes.

// sources are files with the places of their lines, which are looked for once.
type sources struct {
	files map[string]*hcl.File
	lines map[string][]hcl.Pos // where each line begins, by the name of its file
}

func newSources(files map[string]*hcl.File) *sources {
	return &sources{files, map[string][]hcl.Pos{}}
}

// withoutLines gives the files as HCL's writer gets them: it can still tell in which block a place is.
func (s *sources) withoutLines() map[string]*hcl.File {
	out := map[string]*hcl.File{}
	for name, f := range s.files {
		if f != nil && f.Bytes != nil {
			out[name] = &hcl.File{Bytes: []byte{}, Nav: f.Nav}
		}
	}
	return out
}

// write writes a diagnostic, coloured, as HCL's writer does with all of the source.
func (s *sources) write(d *hcl.Diagnostic, width uint) (string, error) {
	var b strings.Builder
	if err := hcl.NewDiagnosticTextWriter(&b, s.withoutLines(), width, true).WriteDiagnostic(d); err != nil {
		return "", err
	}
	const place = "\n\n  on "
	head, rest, ok := strings.Cut(b.String(), place)
	if !ok {
		return head, nil
	}
	at, rest, _ := strings.Cut(rest, "\n")
	return head + place + at + "\n" + s.excerpt(d) + rest, nil
}

// excerpt gives the lines that a diagnostic is about, those of its context too, with their numbers and what is meant highlighted.
func (s *sources) excerpt(d *hcl.Diagnostic) string {
	file := s.files[d.Subject.Filename]
	if file == nil || len(file.Bytes) == 0 {
		return ""
	}
	shown, marked := *d.Subject, *d.Subject
	if d.Context != nil {
		shown = hcl.RangeOver(shown, *d.Context)
	}
	for _, r := range []*hcl.Range{&shown, &marked} {
		if r.Empty() { // which can't be seen
			r.End.Byte, r.End.Column = r.End.Byte+1, r.End.Column+1
		}
	}
	var b strings.Builder
	lines := hcl.NewRangeScannerFragment(file.Bytes, d.Subject.Filename, s.lineOf(d.Subject.Filename, shown.Start.Byte), bufio.ScanLines)
	for lines.Scan() && lines.Range().Start.Byte <= shown.End.Byte {
		line := lines.Range()
		if !line.Overlaps(shown) {
			continue
		}
		before, inside, after := line.PartitionAround(marked)
		if inside.Empty() {
			fmt.Fprintf(&b, "%4d: %s\n", line.Start.Line, lines.Bytes())
			continue
		}
		fmt.Fprintf(&b, "%4d: %s%s%s%s%s\n", line.Start.Line,
			before.SliceBytes(file.Bytes), highlight, inside.SliceBytes(file.Bytes), reset, after.SliceBytes(file.Bytes))
	}
	return b.String()
}

// lineOf gives the place where the line begins that a byte is on.
func (s *sources) lineOf(name string, byte int) hcl.Pos {
	lines := s.lines[name]
	if lines == nil {
		lines = beginnings(s.files[name].Bytes)
		s.lines[name] = lines
	}
	return lines[max(0, sort.Search(len(lines), func(i int) bool { return lines[i].Byte > byte })-1)]
}

// beginnings gives the places where lines begin. In their numbers a carriage return that stands alone counts as well, as it does to HCL.
func beginnings(src []byte) []hcl.Pos {
	at := hcl.InitialPos
	all := []hcl.Pos{at}
	for i, c := range src {
		switch {
		case c == '\n':
			at.Line, at.Byte = at.Line+1, i+1
			all = append(all, at)
		case c == '\r' && (i+1 == len(src) || src[i+1] != '\n'):
			at.Line++
		}
	}
	return all
}

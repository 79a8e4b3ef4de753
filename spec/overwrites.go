package spec

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// files gives what is written, relative to the module.
func (r *Report) files() []string {
	clean := path.Clean(r.Output)
	all := []string{clean}
	if slices.Contains(r.Formats, "html") {
		all = append(all, strings.TrimSuffix(clean, ".md")+".html")
	}
	return all
}

// overwrites refuses reports that would take the place of a file which the spec reads. A pattern counts even where it finds
// nothing yet: it would find the report the next time, and the inputs would have changed.
func (d *decoder) overwrites() {
	if len(d.module.Reports) == 0 {
		return
	}
	all := d.readers()
	for _, r := range d.module.Reports {
		if outputPath(r.Output) != nil {
			continue // told already
		}
		for _, file := range r.files() {
			if reader := all.of(file); reader != "" {
				d.errorAt(r.OutputRange, "Report over an input", fmt.Sprintf("The report would be written to %q, and %s. Write it where nothing is read.", file, reader))
				break
			}
		}
	}
}

// readers say who reads the files of a module, each as the end of a sentence.
type readers struct {
	module   *files
	files    map[string]string  // by clean path
	patterns map[string]string  // by clean pattern
	order    []string           // of the patterns
	stamps   map[stamp][]sameAs // of the files that are there, so that a link is known for what it is
}

// A stamp is what is equal in two entries of a folder that are one file.
type stamp struct {
	size     int64
	modified time.Time
}

// sameAs is a file that is read.
type sameAs struct {
	info os.FileInfo
	who  string
}

// readers collects who reads what. Of two readers of one file, the first is told.
func (d *decoder) readers() *readers {
	all := &readers{module: d.files, files: map[string]string{}, patterns: map[string]string{}, stamps: map[stamp][]sameAs{}}
	m := d.module
	for _, s := range m.Sources {
		all.add("that is a file of the spec", nil, filepath.Base(s))
	}
	for _, w := range m.Workloads {
		for _, i := range w.Ingests {
			all.add(fmt.Sprintf("ingest %q of %s reads that (%s)", i.Name, w.Address(), at(i.Range)), i.patterns, i.Paths...)
		}
		if l := w.Load; l != nil && l.Trace != "" {
			all.add(fmt.Sprintf("the load of %s is read from that (%s)", w.Address(), at(l.Range)), nil, l.Trace)
		}
	}
	for _, s := range m.Datasets {
		all.add(fmt.Sprintf("%s reads that (%s)", s.Address(), at(s.Range)), []string{s.Path}, s.Paths...)
	}
	for _, r := range m.Reports {
		all.add(fmt.Sprintf("that is the template of report %q (%s)", r.ID(), at(r.Range)), nil, r.Template)
	}
	for _, name := range slices.Sorted(maps.Keys(d.files.contents)) {
		all.add("a function of the spec reads that, as file() or templatefile()", nil, name)
	}
	for _, pattern := range slices.Sorted(maps.Keys(d.files.listings)) {
		all.add(fmt.Sprintf("fileset(%q) lists that", pattern), []string{pattern})
	}
	return all
}

// add notes a reader of files, and of what patterns find.
func (r *readers) add(who string, patterns []string, files ...string) {
	for _, p := range patterns {
		if p = path.Clean(p); r.patterns[p] == "" {
			r.patterns[p] = who
			r.order = append(r.order, p)
		}
	}
	for _, f := range files {
		if f = path.Clean(f); r.files[f] != "" {
			continue
		}
		r.files[f] = who
		if info, err := r.module.stat(f); err == nil {
			key := stamp{info.Size(), info.ModTime()}
			r.stamps[key] = append(r.stamps[key], sameAs{info, who})
		}
	}
}

// of says who reads a file, or would if it were there; "" where nobody does.
func (r *readers) of(file string) string {
	if who := r.files[file]; who != "" {
		return who
	}
	segments := strings.Split(file, "/")
	for _, p := range r.order {
		if matchPath(strings.Split(p, "/"), segments, false) {
			return r.patterns[p]
		}
	}
	written, err := r.module.stat(file)
	if err != nil {
		return "" // it isn't there
	}
	for _, read := range r.stamps[stamp{written.Size(), written.ModTime()}] {
		if os.SameFile(read.info, written) {
			return read.who
		}
	}
	return ""
}

package spec

import (
	"fmt"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// Prompts are what a workload sends in the place of steps, each a call of its own: those of a file, or synthetic ones.
type Prompts struct {
	Path      string // relative to the module; "" for synthetic ones
	Column    string // field or column of the file
	Salt      bool   // a first line that differs each time
	Synthetic *Synthetic
	Range     hcl.Range
}

// Synthetic prompts are random words. Lengths are in tokens.
type Synthetic struct {
	InputTokens  Distribution
	OutputTokens Distribution // the zero value: the server's default
}

// promptEndings are those of files that prompts are read from.
var promptEndings = []string{".jsonl", ".json", ".csv"}

func (d *decoder) prompts(b *block) *Prompts {
	v := d.read(b, promptsSchema, d.scope)
	out := &Prompts{Range: b.DefRange}
	v.str("path", &out.Path)
	v.str("column", &out.Column)
	v.boolean("salt", &out.Salt)
	synthetic := v.one("synthetic")
	switch {
	case out.Path != "" && synthetic != nil:
		d.errorAt(v.attrs["path"].NameRange, "Conflicting arguments", "Prompts are either those of a file or synthetic ones. Take \"path\" or the block \"synthetic\" out.")
	case out.Path != "":
		d.promptFile(v, out.Path)
	case synthetic == nil && v.leftOut("path"):
		d.errorAt(b.DefRange, "Missing argument", "Prompts need one of two: path, a file of them, or a block synthetic { input_tokens = \"normal(512, 64)\" }.")
	}
	if synthetic != nil {
		s := d.read(synthetic, syntheticSchema, d.scope)
		out.Synthetic = &Synthetic{}
		s.distribution("input_tokens", &out.Synthetic.InputTokens)
		s.distribution("output_tokens", &out.Synthetic.OutputTokens)
	}
	return out
}

func (d *decoder) promptFile(v *values, name string) {
	if ending := path.Ext(name); !slices.Contains(promptEndings, ending) {
		d.errorAt(v.rangeOf("path"), "Unknown format", fmt.Sprintf("%q does not end in %s, so it can't be told how to read prompts from it.", name, orList(promptEndings)))
		return
	}
	d.moduleFile(v, "path", name)
}

// moduleFile checks that an attribute names a file of the module.
func (d *decoder) moduleFile(v *values, attribute, name string) {
	if outside(name) {
		d.errorAt(v.rangeOf(attribute), "Invalid value", upper(isOutside(name).Error())+".")
		return
	}
	if info, err := d.files.stat(name); err != nil || !info.Mode().IsRegular() {
		d.errorAt(v.rangeOf(attribute), "Missing files", fmt.Sprintf("There is no file %q. Paths are relative to the spec.", name))
	}
}

package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/mod/semver"
)

// decode goes through the module in three passes: names, then variables and locals, then every block.
func (d *decoder) decode(body hcl.Body) {
	content := d.blocks(body)
	files, err := openFiles(d.module.Dir)
	if err != nil {
		d.fail("Unreadable folder", upper(err.Error())+".")
		return
	}
	d.files = files
	functions := functions(files)
	d.constant = newScope(nil, functions).without("a constant is needed", slices.Collect(maps.Keys(sorts))...)
	if !d.versionFits(content.Blocks.OfType("bench")) {
		d.diags = d.diags[len(d.diags)-1:] // what else is wrong may be right for the version that is asked for
		return
	}
	d.scope = newScope(map[string]cty.Value{}, functions)
	d.scope.places = d.places
	d.declare(content.Blocks)
	d.inputs(content.Blocks)

	decoders := []struct {
		block  string
		decode func(*hcl.Block)
	}{
		{"server", d.server}, {"agent", d.agent}, {"target", d.target}, {"workload", d.workload}, {"dataset", d.dataset},
		{"experiment", d.experiment}, {"analysis", d.analysis}, {"report", d.report},
	}
	for _, x := range decoders {
		for _, b := range content.Blocks.OfType(x.block) {
			if d.declared[b] && !d.enough() {
				x.decode(b)
			}
		}
	}
	for name, file := range files.templates {
		d.parser.AddFile(name, file)
	}
	if !d.diags.HasErrors() {
		d.programs()
	}
	d.overwrites()
	if !d.diags.HasErrors() {
		d.warnings()
	}
}

// blocks reads the top level of all files.
func (d *decoder) blocks(body hcl.Body) *hcl.BodyContent {
	content, unread := d.content(body, rootSchema)
	for _, name := range unread {
		d.loosen(nearest(name, rootSchema.names()))
	}
	d.unique(rootSchema, content.Blocks)
	return content
}

// versionFits reads the bench block, and says whether this is a version of the tool that the spec is written for.
func (d *decoder) versionFits(blocks hcl.Blocks) bool {
	for _, b := range blocks {
		v := d.read(b, benchSchema, d.constant)
		var want string
		v.str("required_version", &want)
		if want == "" {
			continue
		}
		d.module.RequiredVersion = want
		version := d.opts.Version
		checked := semver.IsValid("v" + version)
		if !checked {
			version = "0.0.0"
		}
		ok, err := satisfies(version, want)
		switch {
		case err != nil:
			d.errorAt(v.rangeOf("required_version"), "Invalid value", upper(err.Error())+".")
		case !ok && checked:
			d.errorAt(v.rangeOf("required_version"), "Wrong version", fmt.Sprintf("The spec needs bench %s, and this is %s. Install a version that fits, or relax the constraint.", want, version))
			return false
		}
	}
	return true
}

// declare collects every name that can be referred to, so that blocks may stand in any order.
func (d *decoder) declare(blocks hcl.Blocks) {
	flat := map[string]map[string]cty.Value{}
	for block := range refTypes {
		flat[block] = map[string]cty.Value{}
	}
	kinds := map[string]map[string]map[string]cty.Value{"server": {}, "target": {}}
	for _, b := range blocks {
		if len(b.Labels) == 0 {
			continue
		}
		r := Ref{Block: b.Type, Name: b.Labels[len(b.Labels)-1]}
		if len(b.Labels) == 2 {
			r.Kind = b.Labels[0]
		}
		d.declared[b] = d.knownKind(b) && d.declareName(b, r.Address())
		switch {
		case !d.declared[b] || flat[b.Type] == nil: // variables and reports are not referred to by a typed value
		case r.Kind == "":
			flat[b.Type][r.Name] = refVal(r)
		default:
			if kinds[b.Type][r.Kind] == nil {
				kinds[b.Type][r.Kind] = map[string]cty.Value{}
			}
			kinds[b.Type][r.Kind][r.Name] = refVal(r)
		}
	}
	for block, names := range flat {
		for kind, inner := range kinds[block] {
			names[kind] = cty.ObjectVal(inner)
		}
		d.know(block, cty.ObjectVal(names))
	}
}

// knownKind checks the kind of a server or a target.
func (d *decoder) knownKind(b *hcl.Block) bool {
	var schemas map[string]*schema
	for _, n := range rootSchema.blocks {
		if n.name == b.Type {
			schemas = n.kinds
		}
	}
	if schemas == nil || schemas[b.Labels[0]] != nil {
		return true
	}
	kind := b.Labels[0]
	d.loosen(b.Type)
	if slices.Contains(reservedKinds[b.Type], kind) {
		d.errorAt(b.LabelRanges[0], "Not in this version", fmt.Sprintf("A %s of kind %q is part of the language, but this version of bench does not have it yet.", b.Type, kind))
		return false
	}
	d.errorAt(b.LabelRanges[0], "Unknown kind of "+b.Type, fmt.Sprintf("There is no kind of %s %q.%s", b.Type, kind, didYouMean(kind, slices.Collect(maps.Keys(schemas)), "")))
	return false
}

// declareName notes where a block is, and refuses a name that is taken or can't be written as a reference.
func (d *decoder) declareName(b *hcl.Block, address string) bool {
	label := b.LabelRanges[len(b.LabelRanges)-1]
	if !d.validName(b.Labels[len(b.Labels)-1], label) {
		d.loosen(b.Type)
		return false
	}
	if b.Type == "variable" {
		address = "var." + b.Labels[0]
	}
	if first, taken := d.places[address]; taken {
		d.errorAt(label, "Duplicate name", fmt.Sprintf("%s is declared at %s already. Give one of them another name.", address, at(first)))
		return false
	}
	d.places[address] = b.DefRange
	return true
}

// validName refuses a name that could not be written in a reference or in an address.
func (d *decoder) validName(name string, rng hcl.Range) bool {
	if isName(name) {
		return true
	}
	d.errorAt(rng, "Invalid name", fmt.Sprintf("%q can't be a name: begin with a letter, and use letters, digits, _ and -, at most %d.", name, maxIdentifier))
	return false
}

// maxIdentifier is the longest name of a block, in bytes: it becomes part of the names of files.
const maxIdentifier = 64

func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '-') {
			return false
		}
	}
	return s != "" && len(s) <= maxIdentifier
}

// loosen makes the sorts of names of which not all could be declared unknown, so that a mistake in a header is not followed by
// one for every reference to that block.
func (d *decoder) loosen(block string) {
	switch block {
	case "variable":
		d.loose["var"] = true
	case "locals":
		d.loose["local"] = true
	default:
		d.loose[block] = true
	}
}

// know sets what a name stands for.
func (d *decoder) know(root string, v cty.Value) {
	if d.loose[root] {
		v = cty.DynamicVal
	}
	d.scope.ctx.Variables[root] = v
}

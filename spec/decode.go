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
	all := d.blocks(body)
	files, err := openFiles(d.module.Dir, d.work)
	if err != nil {
		d.fail("Unreadable folder", upper(err.Error())+".")
		return
	}
	d.files, d.module.files, files.environ = files, files, d.opts.Environ
	functions := functions(files)
	d.constant = newScope(nil, functions, d.work).without("a constant is needed", slices.Collect(maps.Keys(sorts))...)
	if !d.versionFits(all.OfType("bench")) {
		d.diags = d.diags[len(d.diags)-1:] // what else is wrong may be right for the version that is asked for
		return
	}
	d.scope = newScope(map[string]cty.Value{}, functions, d.work)
	d.scope.places, d.scope.uses = d.places, d.uses
	d.declare(all)
	d.inputs(all)
	d.decodeEach(all)
	for name, file := range files.templates {
		d.module.Files[name] = file
	}
	if !d.diags.HasErrors() {
		d.programs()
	}
	d.overwrites()
	if !d.diags.HasErrors() {
		d.warnings()
		d.module.scope, d.scope.uses = d.scope, nil // who asks later uses nothing
	}
	d.module.Uses, d.module.names = d.uses.list, d.named(all)
}

// decodeEach decodes every block, and every instance of one, by the order of the language but for what another one needs first.
func (d *decoder) decodeEach(all blocks) {
	decoders := []struct {
		block  string
		decode func(*block)
	}{
		{"server", d.server}, {"agent", d.agent}, {"target", d.target}, {"workload", d.workload}, {"dataset", d.dataset},
		{"experiment", d.experiment}, {"analysis", d.analysis}, {"comparison", d.comparison}, {"check", d.check}, {"claim", d.claim}, {"report", d.report},
	}
	var order []placed
	for _, x := range decoders {
		for _, b := range all.OfType(x.block) {
			for _, instance := range d.instancesOf(b) {
				if d.declared[b] {
					d.enqueue(instance, x.decode)
					order = append(order, placed{instance.ref(), b.DefRange})
				}
			}
		}
	}
	for _, p := range order {
		d.need(p.Ref, p.at)
	}
	inSourceOrder(d, d.module.Experiments)
	inSourceOrder(d, d.module.Analyses)
	inSourceOrder(d, d.module.Comparisons)
}

// named lists the addresses of everything that has a name, instances in the place of the block that they are made of.
func (d *decoder) named(all blocks) []string {
	var names []string
	for address := range d.places {
		if namedValues[rootOf(address)] != "" {
			names = append(names, address)
		}
	}
	for _, b := range all {
		if b.Type == "variable" || b.Type == "function" || !d.declared[b] {
			continue
		}
		for _, instance := range d.instancesOf(b) {
			names = append(names, instance.ref().Address())
		}
	}
	return names
}

// blocks reads the top level of all files.
func (d *decoder) blocks(body hcl.Body) blocks {
	content := d.content(&block{Block: &hcl.Block{Body: body}}, rootSchema, d.constant)
	for _, name := range content.unread {
		d.loosen(nearest(name, rootSchema.names()))
	}
	return content.blocks
}

// versionFits reads the bench block, and says whether this is a version of the tool that the spec is written for.
func (d *decoder) versionFits(all blocks) bool {
	for _, b := range all {
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

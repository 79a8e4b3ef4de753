package spec

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// A Dataset is rows measured elsewhere.
type Dataset struct {
	Ref
	Path      string
	Format    string // json, jsonl, csv
	Paths     []string
	Rows      Expr
	Factors   []Named
	Baseline  Expr
	StartedAt Expr
	Valid     []*Condition
	Metrics   []Named
	Labels    map[string]any
	Digest    string // SHA-256 of the names and contents of its files, hexadecimal; "" until somebody has read them
	Range     hcl.Range

	broken   bool // it has a mistake of syntax, so what seems to be missing may be there
	measured bool // all of its metrics are there
}

func (d *decoder) dataset(b *block) {
	v := d.read(b, datasetSchema, d.scope)
	out := &Dataset{Ref: b.ref(), Range: b.DefRange, broken: d.isCut(b)}
	v.str("path", &out.Path)
	v.str("format", &out.Format)
	if out.Path != "" {
		d.datasetFiles(v, out)
	}
	inFile := d.scope.with(map[string]cty.Value{
		"file":   cty.DynamicVal,
		"source": cty.UnknownVal(cty.Object(map[string]cty.Type{"name": cty.String, "path": cty.String})),
	})
	inRow := inFile.with(map[string]cty.Value{"row": cty.DynamicVal})
	out.Rows = v.typed(attr{name: "rows", kind: kExpr}, inFile)
	out.Baseline = v.typed(attr{name: "baseline", kind: kString}, inRow)
	out.StartedAt = v.typed(attr{name: "started_at", kind: kString}, inRow)
	v.scalars("labels", &out.Labels)
	if block := v.one("factors"); block != nil {
		out.Factors = d.free(block, factorsSchema, inRow, attr{kind: kExpr}, map[string]cty.Value{})
	}
	metrics := map[string]cty.Value{}
	if block := v.one("metrics"); block != nil {
		out.Metrics = d.free(block, metricsSchema, inRow, attr{kind: kNumber}, metrics)
	}
	if len(metrics) == 0 && !v.broken {
		d.errorAt(b.DefRange, "Nothing measured", "A dataset needs a metrics block, as: metrics { throughput = row.tokens_per_second }")
	}
	out.measured = len(metrics) > 0 && len(metrics) == len(out.Metrics)
	for _, inner := range v.blocks.OfType("valid") {
		out.Valid = append(out.Valid, d.condition(inner, inRow))
	}
	d.module.Datasets = append(d.module.Datasets, out)
}

func (d *decoder) datasetFiles(v *values, out *Dataset) {
	found, err := d.files.glob(out.Path)
	switch {
	case err != nil:
		d.errorAt(v.rangeOf("path"), "Invalid value", upper(err.Error())+".")
	case len(found) == 0:
		d.errorAt(v.rangeOf("path"), "Missing files", fmt.Sprintf("No file matches %q. Paths are relative to the spec; ** crosses folders.", out.Path))
	}
	out.Paths = found
	if _, given := v.attrs["format"]; given {
		return
	}
	ending := strings.TrimPrefix(path.Ext(out.Path), ".")
	format, _ := datasetSchema.attr("format")
	if !slices.Contains(format.oneOf, ending) {
		d.errorAt(v.rangeOf("path"), "Unknown format", fmt.Sprintf("The ending of %q doesn't say how to read it. Add format = %s.", out.Path, orList(quoted(format.oneOf))))
		return
	}
	out.Format = ending
}

package table

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"bench/analysis"
	"bench/spec"
)

// FromDataset reads the files of a dataset and evaluates its mapping, row by row. A metric that is null is absent in its row. Rows
// that break a rule, have a value that is none, or no metric at all are listed as dropped; a mistake in the mapping itself is a
// diagnostic.
func FromDataset(m *spec.Module, d *spec.Dataset) (Source, hcl.Diagnostics, error) {
	b := &builder{dataset: d, source: Source{Ref: d.Ref}}
	for _, f := range d.Factors {
		b.source.Factors = append(b.source.Factors, analysis.Factor{Name: f.Name})
	}
	root, err := os.OpenRoot(m.Dir)
	if err != nil {
		return b.source, nil, fmt.Errorf("dataset %s: %w", d.Name, err)
	}
	defer root.Close()
	sum := sha256.New()
	for _, p := range d.Paths {
		content, err := root.ReadFile(p)
		if err != nil {
			return b.source, nil, fmt.Errorf("dataset %s: %w", d.Name, err)
		}
		fmt.Fprintf(sum, "%s\x00%d\x00", p, len(content))
		sum.Write(content)
		file, err := decodeFile(content, d.Format)
		if err != nil {
			return b.source, nil, fmt.Errorf("dataset %s: %s: %w", d.Name, p, err)
		}
		if diags := b.file(p, file); diags.HasErrors() {
			return b.source, diags, nil
		}
	}
	b.source.Digest = hex.EncodeToString(sum.Sum(nil))
	b.name()
	return b.source, nil, nil
}

// A builder collects the rows of a dataset.
type builder struct {
	dataset *spec.Dataset
	source  Source
	packer  Packer
	levels  [][]any // plain factor values, a row each; nil for a row without factors
}

func (b *builder) file(path string, file cty.Value) hcl.Diagnostics {
	scope := map[string]cty.Value{
		"file":   file,
		"source": cty.ObjectVal(map[string]cty.Value{"path": cty.StringVal(path), "name": cty.StringVal(filepath.Base(path))}),
	}
	rows := file
	if b.dataset.Rows.IsSet() {
		v, diags := b.dataset.Rows.Value(scope)
		if !diags.HasErrors() && v.IsNull() {
			diags = wrong(b.dataset.Rows, "a list of rows, or one row")
		}
		if diags.HasErrors() {
			return inFile(diags, path)
		}
		rows = v
	}
	if t := rows.Type(); !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		rows = cty.TupleVal([]cty.Value{rows})
	}
	n := 0
	for it := rows.ElementIterator(); it.Next(); n++ {
		_, row := it.Element()
		inner := maps.Clone(scope)
		inner["row"] = row
		reason, diags := b.row(path, n, inner)
		if diags.HasErrors() {
			return inFile(diags, path+", row "+strconv.Itoa(n))
		}
		if reason != "" {
			b.source.Dropped = append(b.source.Dropped, Dropped{path, n, reason})
		}
	}
	return nil
}

// inFile says in a diagnostic where in the data it was.
func inFile(diags hcl.Diagnostics, where string) hcl.Diagnostics {
	for _, d := range diags {
		d.Detail += "\n\nThis was found in " + where + "."
	}
	return diags
}

// row evaluates the mapping for one row, and takes it unless there is a reason to drop it.
func (b *builder) row(path string, n int, scope map[string]cty.Value) (reason string, diags hcl.Diagnostics) {
	for _, rule := range b.dataset.Valid {
		if reason, diags := breaks(rule, scope); reason != "" || diags.HasErrors() {
			return reason, diags
		}
	}
	var row Row
	row.Source = fmt.Sprintf("%s.file[%q].row[%d]", b.dataset.Address(), path, n)
	if row.Arm, diags = name(b.dataset.Baseline, scope); diags.HasErrors() {
		return "", diags
	}
	at, diags := text(b.dataset.StartedAt, scope)
	if diags.HasErrors() {
		return "", diags
	}
	if at != "" {
		t, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			return fmt.Sprintf("started_at is %q, not a time as RFC 3339 writes it", at), nil
		}
		row.At, row.Started = t.UTC(), t.UnixNano()
	}
	metrics := map[string]float64{}
	if reason, diags := b.metrics(metrics, scope); reason != "" || diags.HasErrors() {
		return reason, diags
	}
	row.Run = b.packer.Pack(metrics)
	levels, reason, diags := b.factors(scope)
	if reason != "" || diags.HasErrors() {
		return reason, diags
	}
	b.source.Rows = append(b.source.Rows, row)
	b.levels = append(b.levels, levels)
	return "", nil
}

// metrics evaluates the metrics of a row into a map.
func (b *builder) metrics(into map[string]float64, scope map[string]cty.Value) (reason string, diags hcl.Diagnostics) {
	for _, m := range b.dataset.Metrics {
		v, reason, diags := number(m, scope)
		if reason != "" || diags.HasErrors() {
			return reason, diags
		}
		if v != nil {
			into[m.Name] = *v
		}
	}
	if len(into) == 0 {
		return "no metric has a value", nil
	}
	warmTTFT(into)
	return "", nil
}

// warmTTFT adds ttft − load where both are there.
func warmTTFT(metrics map[string]float64) {
	ttft, ok1 := metrics["ttft"]
	load, ok2 := metrics["load"]
	if _, given := metrics["ttft_warm"]; ok1 && ok2 && !given {
		metrics["ttft_warm"] = ttft - load
	}
}

// factors evaluates the levels of a row; nil where all are null, as in a baseline that is measured once.
func (b *builder) factors(scope map[string]cty.Value) (levels []any, reason string, diags hcl.Diagnostics) {
	absent := ""
	for _, f := range b.dataset.Factors {
		v, diags := f.Expr.Value(scope)
		if diags.HasErrors() {
			return nil, "", diags
		}
		if b.dataset.Format == "csv" {
			v = numeric(v)
		}
		switch level := spec.Plain(v).(type) {
		case nil:
			absent = f.Name
		case string, bool, int64, float64:
			if level == "" {
				absent = f.Name
				continue
			}
			levels = append(levels, level)
		default:
			return nil, "", wrong(f.Expr, "a number, a text or a bool")
		}
	}
	if absent != "" && len(levels) > 0 {
		return nil, fmt.Sprintf("factor %s has no value", absent), nil
	}
	return levels, "", nil
}

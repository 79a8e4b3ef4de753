package table

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"bench/analysis"
	"bench/runner/journal"
	"bench/spec"
)

// A Source is the rows of one experiment or dataset.
type Source struct {
	Ref     spec.Ref
	Factors []analysis.Factor
	Rows    []Row
	Dropped []Dropped
	Digest  string // of a dataset: SHA-256 over the names and contents of its files, hexadecimal
}

// A Row is one run.
type Row struct {
	analysis.Row
	Attempt int                  // 0 for a row of a dataset
	Run     map[string]float64   // metrics of the run as a whole
	Calls   []map[string]float64 // metrics of its calls
	At      time.Time            // when it began; zero where that is not known
}

// A Dropped row was left out.
type Dropped struct {
	File   string
	Row    int // from 0, within the file
	Reason string
}

// FromRecords makes a source of an experiment's counted records.
func FromRecords(e *spec.Experiment, records []journal.Record) Source {
	s := Source{Ref: e.Ref}
	for _, a := range e.Axes {
		f := analysis.Factor{Name: a.Name}
		for _, v := range a.Values {
			f.Levels = append(f.Levels, level(v))
		}
		s.Factors = append(s.Factors, f)
	}
	for _, r := range records {
		row := Row{
			Row: analysis.Row{
				Configuration: r.Configuration, Arm: r.Arm, Pair: r.Pair, Factors: map[string]any{},
				Repeat: r.Repeat, Started: r.StartedAt.UnixNano(), Source: r.Address,
			},
			Attempt: r.Attempt, Run: r.Metrics, Calls: r.CallMetrics, At: r.StartedAt,
		}
		for _, f := range r.Factors {
			row.Factors[f.Name] = level(f.Value)
			s.addLevel(f.Name, level(f.Value))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// addLevel appends a level that only an include has.
func (s *Source) addLevel(name string, v any) {
	for i := range s.Factors {
		if s.Factors[i].Name == name && !slices.Contains(s.Factors[i].Levels, v) {
			s.Factors[i].Levels = append(s.Factors[i].Levels, v)
		}
	}
}

// level gives a factor's value in the form that analysis takes: string, bool or float64.
func level(v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case interface{ Float64() (float64, error) }: // json.Number, from a record
		if f, err := v.Float64(); err == nil {
			return f
		}
	case string, bool, float64:
		return v
	}
	return fmt.Sprint(v)
}

// Metrics gives a run's metrics: those of the run, and the mean over its calls of those of a call.
func (r Row) Metrics() map[string]float64 {
	out := map[string]float64{}
	for _, call := range r.Calls {
		for name := range call {
			if _, done := out[name]; !done {
				out[name] = r.Value(name, "mean")
			}
		}
	}
	maps.Copy(out, r.Run)
	return out
}

// Value gives a metric of the run: its own, or a statistic over its calls. It is NaN where no call has it.
func (r Row) Value(metric, statistic string) float64 {
	if v, ok := r.Run[metric]; ok {
		return v
	}
	var values []float64
	for _, call := range r.Calls {
		if v, ok := call[metric]; ok {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return math.NaN()
	}
	switch statistic {
	case "median":
		return analysis.Quantile(values, 0.5)
	case "p90":
		return analysis.Quantile(values, 0.9)
	case "p99":
		return analysis.Quantile(values, 0.99)
	case "max":
		return slices.Max(values)
	case "sum":
		return floats.Sum(values)
	}
	return stat.Mean(values, nil)
}

// Table gives the columns that an analysis asks for.
func (s Source) Table(metrics []*spec.Metric) analysis.Table {
	t := analysis.Table{Factors: s.Factors, Metrics: map[string][]float64{}}
	for _, r := range s.Rows {
		t.Rows = append(t.Rows, r.Row)
	}
	for _, m := range metrics {
		column := make([]float64, len(s.Rows))
		for i, r := range s.Rows {
			column[i] = r.Value(m.Name, m.Stat)
		}
		t.Metrics[m.Name] = column
	}
	return t
}

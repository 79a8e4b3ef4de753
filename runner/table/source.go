package table

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
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
	Calls   []map[string]float64 // metrics of its calls; of those of all agents, where several ran at once
	Members []Member             // these agents; of a run of a member alone, that one
	Beside  []string             // of a run of a member alone: the configurations in which it is as it was here
	At      time.Time            // when it began; zero where that is not known
}

// A Member is one of several agents that ran at once. Its metrics are the run's under the names that MemberMetric gives them.
type Member struct {
	Name  string
	Run   map[string]float64   // metrics of its work as a whole
	Calls []map[string]float64 // metrics of its calls
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
		if r.Solo != "" { // so that it can be compared with itself among others
			row.Members, row.Beside = []Member{{r.Solo, r.Metrics, r.CallMetrics}}, e.Beside(r.Configuration)
		}
		for _, m := range r.Members {
			row.Members = append(row.Members, Member{m.Name, m.Metrics, m.CallMetrics})
			row.Calls = append(row.Calls, m.CallMetrics...)
		}
		for _, f := range r.Factors {
			row.Factors[f.Name] = level(f.Value)
			s.addLevel(f.Name, level(f.Value))
		}
		s.Rows = append(s.Rows, row)
	}
	s.contend(e)
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

// Metrics gives a run's metrics: those of the run, and the mean over its calls of those of a call; then those of its members.
func (r Row) Metrics() map[string]float64 {
	out := metrics(r.Run, r.Calls)
	for _, m := range r.Members {
		for name, v := range metrics(m.Run, m.Calls) {
			out[MemberMetric(m.Name, name)] = v
		}
	}
	return out
}

func metrics(run map[string]float64, calls []map[string]float64) map[string]float64 {
	out := map[string]float64{}
	for _, call := range calls {
		for name := range call {
			if _, done := out[name]; !done {
				out[name] = value(run, calls, name, "mean")
			}
		}
	}
	maps.Copy(out, run)
	return out
}

// Value gives a metric of the run: its own, or a statistic over its calls, or that of a member. It is NaN where no call has it.
func (r Row) Value(metric, statistic string) float64 {
	for _, m := range r.Members {
		if own, ok := strings.CutPrefix(metric, MemberMetric(m.Name, "")); ok {
			return value(m.Run, m.Calls, own, statistic)
		}
	}
	return value(r.Run, r.Calls, metric, statistic)
}

func value(run map[string]float64, calls []map[string]float64, metric, statistic string) float64 {
	if v, ok := run[metric]; ok {
		return v
	}
	var values []float64
	for _, call := range calls {
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

// Table gives the columns that an analysis asks for. Runs of a member alone are left out, unless they are what it compares with: then
// each stands beside every configuration that has the member so, as a paired baseline does.
func (s Source) Table(baseline string, metrics []*spec.Metric) analysis.Table {
	t := analysis.Table{Factors: s.Factors, Metrics: map[string][]float64{}}
	var from []int // row by row, the one of the source
	for i, r := range s.Rows {
		if len(r.Beside) > 0 && r.Arm != baseline {
			continue
		}
		for _, row := range r.paired() {
			t.Rows = append(t.Rows, row)
			from = append(from, i)
		}
	}
	for _, m := range metrics {
		column := make([]float64, len(from))
		for i, at := range from {
			column[i] = s.Rows[at].Value(m.Name, m.Stat)
		}
		t.Metrics[m.Name] = column
	}
	return t
}

// paired gives the row once for each configuration that it stands beside; as it is where there is none.
func (r Row) paired() []analysis.Row {
	if len(r.Beside) == 0 {
		return []analysis.Row{r.Row}
	}
	rows := make([]analysis.Row, len(r.Beside))
	for i, configuration := range r.Beside {
		rows[i] = r.Row
		rows[i].Pair = configuration
	}
	return rows
}

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
	Attempt int       // 0 for a row of a dataset
	Run     Metrics   // of the run as a whole
	Calls   []Metrics // of its calls; of those of all agents, where several ran at once
	Members []Member  // these agents; of a run of a member alone, that one
	Beside  []string  // of a run of a member alone: the configurations in which it is as it was here
	At      time.Time // when it began; zero where that is not known
}

// A Member is one of several agents that ran at once. Its metrics are the run's under the names that MemberMetric gives them.
type Member struct {
	Name  string
	Run   Metrics   // of its work as a whole
	Calls []Metrics // of its calls
}

// A Dropped row was left out.
type Dropped struct {
	File   string
	Row    int // from 0, within the file
	Reason string
}

// FromRecords makes a source of an experiment's counted records.
func FromRecords(e *spec.Experiment, records []journal.Record) Source {
	c := NewCollector(e)
	for i := range records {
		c.Add(&records[i])
	}
	return c.Source()
}

// A Collector makes a source of an experiment's counted records, one after the other. It keeps nothing of a record but its row.
type Collector struct {
	experiment *spec.Experiment
	source     Source
	packer     Packer
	texts      map[string]string         // each once
	factors    map[string]map[string]any // by the configuration that has them
}

// NewCollector makes a collector that has no row.
func NewCollector(e *spec.Experiment) *Collector {
	c := &Collector{experiment: e, source: Source{Ref: e.Ref}, texts: map[string]string{}, factors: map[string]map[string]any{}}
	for _, a := range e.Axes {
		f := analysis.Factor{Name: a.Name}
		for _, v := range a.Values {
			f.Levels = append(f.Levels, level(v))
		}
		c.source.Factors = append(c.source.Factors, f)
	}
	return c
}

// Add adds the row of a record.
func (c *Collector) Add(r *journal.Record) { c.source.Rows = append(c.source.Rows, c.Row(r)) }

// Row makes the row of a record and does not keep it. What it has only among others, contention, is not in it.
func (c *Collector) Row(r *journal.Record) Row {
	row := Row{
		Row: analysis.Row{
			Configuration: c.text(r.Configuration), Arm: c.text(r.Arm), Pair: c.text(r.Pair), Factors: c.levels(r),
			Repeat: r.Repeat, Started: r.StartedAt.UnixNano(), Source: r.Address,
		},
		Attempt: r.Attempt, Run: c.packer.Pack(r.Metrics), Calls: c.calls(r.CallMetrics), At: r.StartedAt,
	}
	if r.Solo != "" { // so that it can be compared with itself among others
		row.Members, row.Beside = []Member{{c.text(r.Solo), row.Run, row.Calls}}, c.experiment.Beside(r.Configuration)
	}
	for _, m := range r.Members {
		member := Member{c.text(m.Name), c.packer.Pack(m.Metrics), c.calls(m.CallMetrics)}
		row.Members = append(row.Members, member)
		row.Calls = append(row.Calls, member.Calls...)
	}
	return row
}

// Source gives what was collected, once all was.
func (c *Collector) Source() Source {
	c.source.contend(c.experiment)
	return c.source
}

func (c *Collector) calls(of []map[string]float64) []Metrics {
	if of == nil {
		return nil
	}
	all := make([]Metrics, len(of))
	for i, values := range of {
		all[i] = c.packer.Pack(values)
	}
	return all
}

// text gives the one copy of a text that many records have.
func (c *Collector) text(s string) string {
	if _, ok := c.texts[s]; !ok {
		c.texts[s] = s
	}
	return c.texts[s]
}

// levels gives the level of each factor of a record, in one map for all repeats, and adds those that only an include has.
func (c *Collector) levels(r *journal.Record) map[string]any {
	levels := map[string]any{}
	for _, f := range r.Factors {
		levels[f.Name] = level(f.Value)
	}
	if known, ok := c.factors[r.Configuration]; ok && maps.Equal(known, levels) {
		return known
	}
	for _, f := range r.Factors {
		c.source.addLevel(f.Name, levels[f.Name])
	}
	c.factors[r.Configuration] = levels
	return levels
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

func metrics(run Metrics, calls []Metrics) map[string]float64 {
	out := map[string]float64{}
	for _, call := range calls {
		for name := range call.All() {
			if _, done := out[name]; !done {
				out[name] = value(run, calls, name, "mean")
			}
		}
	}
	maps.Insert(out, run.All())
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

func value(run Metrics, calls []Metrics, metric, statistic string) float64 {
	if v, ok := run.Get(metric); ok {
		return v
	}
	var values []float64
	for _, call := range calls {
		if v, ok := call.Get(metric); ok {
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

package analysis

// A Table is a set of observations: a row a run, a column a metric.
type Table struct {
	Factors []Factor
	Rows    []Row
	Metrics map[string][]float64 // by name, aligned with Rows; NaN where a run has no value
}

// A Factor is an axis of the experiment. Levels are string, bool or float64, in the order of the axis.
type Factor struct {
	Name   string `json:"name"`
	Levels []any  `json:"levels"`
}

// A Row identifies one observation.
type Row struct {
	Configuration string         // name, as `gpu60_ctx256_temp0p6`
	Arm           string         // "" for a configuration of the matrix; else the baseline's name
	Pair          string         // for a baseline that is measured beside a configuration: that configuration's name
	Factors       map[string]any // level of each factor; a baseline that is not paired has none
	Repeat        int            // 1, 2, …
	Started       int64          // wall clock, ns since 1970; 0 where it is not known
	Source        string         // address of the run, or file of the dataset
}

// A Question says what is asked of a table.
type Question struct {
	Baseline   string // arm that the others are compared with; "" asks for no comparison
	Confidence float64
	Metrics    []Metric // the first decides the ranking
	Seed       uint64   // of every resampling
	Resamples  int      // of a bootstrap; 0 means 10 000
}

// A Metric is one column of the table, and what it means to be better.
type Metric struct {
	Name      string
	Unit      string    // "ns", "bytes", "1/s", "1"
	Better    Direction // Higher or Lower
	Practical float64   // smallest relative difference that matters; 0: none was stated
	Test      string    // "welch" (the default)
}

// A Direction is the way in which a metric gets better.
type Direction string

// The directions.
const (
	Higher Direction = "higher"
	Lower  Direction = "lower"
)

package analysis

import "encoding/json"

// A Result is everything that may be printed of one analysis. Its JSON is a contract: HCL's `analysis.NAME`, a
// template's `.analyses.NAME` and `bench analyze -json` are this object.
type Result struct {
	Baseline       string                  `json:"baseline"`
	Confidence     float64                 `json:"confidence"`
	Unit           string                  `json:"unit"` // of analysis: "run"
	Runs           int                     `json:"runs"` // rows of the table
	MinRepeats     int                     `json:"min_repeats"`
	MaxRepeats     int                     `json:"max_repeats"`
	Paired         bool                    `json:"paired"` // every configuration has a baseline of its own
	Factors        []Factor                `json:"factors"`
	MetricOrder    []string                `json:"metric_order"` // as asked; the first decides the ranking
	Configurations []Configuration         `json:"configurations"`
	Ranking        []Rank                  `json:"ranking"` // by the first metric, best first; configurations of the matrix only
	Best           *Best                   `json:"best"`
	Metrics        map[string]MetricResult `json:"metrics"`
	Findings       []Finding               `json:"findings"`
	Warnings       []Warning               `json:"warnings"`
}

// A Configuration is one cell of the matrix, or a baseline, with a summary of each metric over its runs.
type Configuration struct {
	Name    string             `json:"name"`
	Factors map[string]any     `json:"factors"`
	Arm     string             `json:"arm"`
	Pair    string             `json:"pair,omitempty"`
	Metrics map[string]Summary `json:"metrics"`
}

// A Summary describes a sample. What cannot be had (the sd of one run) is nil, and null in JSON; never 0.
type Summary struct {
	N      int      `json:"n"`
	Mean   *float64 `json:"mean"`
	Median *float64 `json:"median"`
	SD     *float64 `json:"sd"` // with n − 1
	CV     *float64 `json:"cv"` // sd / |mean|
	Min    *float64 `json:"min"`
	Max    *float64 `json:"max"`
	P90    *float64 `json:"p90"`
	P99    *float64 `json:"p99"`
	CI     *Range   `json:"ci"`     // Student's t interval of the mean
	CIRel  *float64 `json:"ci_rel"` // half-width of CI / |mean|
}

// A Range is an interval, as [low, high] in JSON.
type Range struct{ Low, High float64 }

// MarshalJSON writes [low, high].
func (r Range) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{r.Low, r.High}) }

// UnmarshalJSON reads [low, high].
func (r *Range) UnmarshalJSON(b []byte) error {
	var pair [2]float64
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	r.Low, r.High = pair[0], pair[1]
	return nil
}

// A Rank is one line of the ranking.
type Rank struct {
	Rank        int            `json:"rank"`
	Name        string         `json:"name"`
	Factors     map[string]any `json:"factors"`
	Value       float64        `json:"value"`       // mean of the first metric
	Improvement *float64       `json:"improvement"` // relative to its baseline, positive when better
	Separated   *bool          `json:"separated"`   // from the next line, by the test at this confidence; null where there is no test
}

// Best is the configuration with the best mean of the first metric.
type Best struct {
	Name        string         `json:"name"`
	Factors     map[string]any `json:"factors"`
	Probability *float64       `json:"probability"` // share of bootstrap resamples of runs in which it is the best; null under 5 runs in any configuration
}

// A MetricResult is what the table shows of one metric.
type MetricResult struct {
	Unit        string       `json:"unit"`
	Better      Direction    `json:"better"`
	Practical   float64      `json:"practical"`
	Missing     int          `json:"missing"`     // rows that have no value of this metric; they are left out
	All         Summary      `json:"all"`         // over the means of the configurations of the matrix
	Baseline    *Summary     `json:"baseline"`    // over the pairs' means where paired, over runs otherwise
	Pooled      Summary      `json:"pooled"`      // over every run of both arms
	Improvement *Improvement `json:"improvement"` // null without a baseline
	MainEffects []MainEffect `json:"main_effects"`
	Noise       *Noise       `json:"noise"`       // spread of one and the same setting measured again
	Consistency *Consistency `json:"consistency"` // spread of the configurations against the spread of the baseline
	Power       []SampleSize `json:"power"`       // what would settle it
	Detectable  *float64     `json:"detectable"`  // smallest relative change that these repeats show with 80 % power
}

// An Improvement is the change against the baseline: relative, and signed so that it is positive when the metric gets
// better. It is averaged over configurations; where there is only one, intervals and tests are over its runs (Fieller, Welch).
// Only Absolute and AbsCI keep the metric's own sign: configuration − baseline.
type Improvement struct {
	Mean       *float64    `json:"mean"`        // over configurations
	CI         *Range      `json:"ci"`          // t, over configurations
	P          *float64    `json:"p"`           // t test of the relative changes over configurations, two-sided
	PWilcoxon  *float64    `json:"p_wilcoxon"`  // null where configurations share one baseline: they are not independent
	Absolute   *float64    `json:"absolute"`    // mean difference in the metric's unit: configuration − baseline, unsigned by direction
	AbsCI      *Range      `json:"absolute_ci"` // t
	AbsP       *float64    `json:"absolute_p"`  // paired t test, two-sided
	Positive   int         `json:"positive"`
	Of         int         `json:"of"`
	PSign      *float64    `json:"p_sign"` // sign test, two-sided, zeros left out; null where configurations share one baseline
	Best       *NamedValue `json:"best"`
	Worst      *NamedValue `json:"worst"`
	Verdict    Verdict     `json:"verdict"`    // of the mean; "better" and "worse" only where the finding is shown
	Detectable *float64    `json:"detectable"` // smallest mean change that these configurations show with 80 % power
	Effects    []Effect    `json:"effects"`    // one a configuration, in the order of Configurations
}

// A NamedValue is a configuration and its value.
type NamedValue struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// An Effect is the relative change of one configuration against its baseline.
type Effect struct {
	Name         string   `json:"name"`
	Value        float64  `json:"value"`
	Rank         int      `json:"rank"` // by value; 1 is the largest improvement
	CI           *Range   `json:"ci"`   // Fieller's, of the ratio of means
	Test         string   `json:"test"` // "welch"; "" where no test can be made
	P            *float64 `json:"p"`
	PAdjusted    *float64 `json:"p_adjusted"`    // Holm, over the configurations of this metric
	PEquivalence *float64 `json:"p_equivalence"` // two one-sided tests against the practical margin, Holm; null where none was stated
	Verdict      Verdict  `json:"verdict"`
}

// A Verdict says what the data show of one configuration.
type Verdict string

// The verdicts.
const (
	BetterVerdict Verdict = "better"
	WorseVerdict  Verdict = "worse"
	NoDifference  Verdict = "no_difference" // equivalence within the practical margin is shown
	CannotTell    Verdict = "cannot_tell"
)

// A MainEffect is the mean improvement (or, without a baseline, the mean value) at one level of a factor.
type MainEffect struct {
	Factor    string      `json:"factor"`
	Level     any         `json:"level"`
	N         int         `json:"n"`        // configurations
	Positive  *int        `json:"positive"` // of them above their baseline; null without a baseline
	Mean      float64     `json:"mean"`     // relative improvement; without a baseline the metric's mean
	CI        *Range      `json:"ci"`
	P         *float64    `json:"p"`
	PAdjusted *float64    `json:"p_adjusted"` // Holm, over every level of every factor of this metric
	Best      *NamedValue `json:"best"`

	// Contrast is the level against the mean of the other levels of its factor, over blocks of configurations that agree in
	// every other factor; positive when better. It is a difference of improvements where each configuration has a baseline
	// of its own, else one of means, relative to the mean over the configurations. Null where no block has the level and another.
	Contrast          *float64 `json:"contrast"`
	ContrastCI        *Range   `json:"contrast_ci"` // t, over blocks
	ContrastP         *float64 `json:"contrast_p"`
	ContrastPAdjusted *float64 `json:"contrast_p_adjusted"` // Holm, over the levels of all factors; two levels of one factor count once
	Blocks            int      `json:"blocks"`
}

// Noise is the spread of one setting measured again and again.
type Noise struct {
	From   string  `json:"from"`   // "repeats": within configurations, pooled; "baseline": one setting measured beside each configuration
	SD     float64 `json:"sd"`     // in the metric's unit
	CV     float64 `json:"cv"`     // sd / |mean|; pooled as a CV, since noise grows with the value
	DF     int     `json:"df"`     // degrees of freedom behind it
	Single float64 `json:"single"` // relative difference that two single runs of one setting stay within: 2·√2·cv
}

// Consistency compares the CV of the configurations with the CV of the baseline.
type Consistency struct {
	From        string   `json:"from"` // "repeats": within configurations, pooled; "configurations": over their means, which need pairs
	CV          float64  `json:"cv"`
	BaselineCV  float64  `json:"baseline_cv"`
	DF          int      `json:"df"` // degrees of freedom behind cv
	BaselineDF  int      `json:"baseline_df"`
	Ratio       float64  `json:"ratio"`        // cv / baseline_cv
	CI          *Range   `json:"ci"`           // of the ratio, from the F distribution
	P           *float64 `json:"p"`            // two-sided F test; null under 6 degrees of freedom in either arm
	RatioRobust *float64 `json:"ratio_robust"` // of the mean absolute deviations from the median, relative to the mean
	PRobust     *float64 `json:"p_robust"`     // Brown and Forsythe's test, which one far-off run does not sway; null as p
}

// A SampleSize is the number of repeats of each arm at which a relative change shows with 80 % power.
type SampleSize struct {
	Effect  float64 `json:"effect"` // relative
	Basis   string  `json:"basis"`  // why this effect: "reference" (0.3 % and 1 %), "practical", "observed"
	Repeats int     `json:"repeats"`
}

// A Finding is one statement that the data support, with the numbers it rests on. Prose in a report is made of these.
type Finding struct {
	Kind     string         `json:"kind"`
	Strength Strength       `json:"strength"`
	Metric   string         `json:"metric,omitempty"`
	Sentence string         `json:"sentence"` // one plain sentence
	Evidence map[string]any `json:"evidence"`
}

// A Strength says how far the data carry a finding.
type Strength string

// The strengths.
const (
	Shown     Strength = "shown"
	Suggested Strength = "suggested"
	NotTold   Strength = "cannot_tell"
)

// A Warning is a doubt about the data, with what would remove it.
type Warning struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

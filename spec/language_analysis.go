package spec

// The blocks that say what is asked of the rows, what is concluded, and what is written of it.

var (
	analysisSchema = &schema{
		attrs: []attr{
			forEach,
			{name: "of", kind: kRefs, refs: []string{"experiment", "dataset"}, required: true, doc: "where the rows come from"},
			{name: "baseline", kind: kString, doc: "name of the baseline that configurations are compared with"},
			{name: "confidence", kind: kNumber, def: 0.95, bounds: between(0.5, 0.9999), doc: "of intervals and verdicts"},
			{name: "unit", kind: kString, def: "run", oneOf: []string{"run", "step"}, doc: "of analysis; with `step` each step has rows of its own, and calls of one run never count as repeats"},
			{name: "seed", kind: kWhole, def: 0, bounds: between(0, 1<<53), doc: "of the bootstrap"},
		},
		blocks: []nested{{name: "metric", labels: []string{"name"}, body: metricSchema, doc: "One thing that is looked at. The first one decides which configuration is the best."}},
	}
	metricSchema = &schema{attrs: []attr{
		{name: "better", kind: kString, oneOf: []string{"higher", "lower"}, doc: "which way is better; as the instrument says where left out"},
		{name: "practical", kind: kPercent, bounds: atLeast(0), doc: "smallest difference that matters, as `\"1%\"`"},
		{name: "test", kind: kString, def: "welch", oneOf: []string{"welch", "mann_whitney", "permutation"}, doc: "of a configuration against its baseline"},
		{name: "stat", kind: kString, def: "mean", oneOf: []string{"mean", "median", "p90", "p99", "max", "sum"}, doc: "of a run's calls"},
	}}
)

var comparisonSchema = &schema{attrs: []attr{
	forEach,
	{name: "left", kind: kRef, refs: []string{"experiment", "dataset"}, required: true, doc: "one source"},
	{name: "right", kind: kRef, refs: []string{"experiment", "dataset"}, required: true, doc: "the other"},
	{name: "pair_by", kind: kStrings, doc: "factors by which rows of the two are matched; those that both have where left out"},
}}

var (
	checkSchema = &schema{attrs: []attr{
		forEach,
		{name: "condition", kind: kExpr, required: true, doc: "over `analysis.NAME` and `comparison.NAME`; must be true"},
		{name: "error_message", kind: kExpr, required: true, doc: "what is said when it isn't"},
		{name: "severity", kind: kString, def: "error", oneOf: []string{"error", "warning"}, doc: "whether the command fails or only warns"},
	}}
	claimSchema = &schema{attrs: []attr{
		forEach,
		{name: "statement", kind: kString, required: true, doc: "a sentence for readers"},
		{name: "supported_when", kind: kExpr, required: true, doc: "condition over `analysis.NAME` and `comparison.NAME` under which the data support it"},
		{name: "refuted_when", kind: kExpr, doc: "condition under which they refute it; where neither holds it is not shown"},
	}}
)

var reportSchema = &schema{
	attrs: []attr{
		forEach,
		{name: "template", kind: kString, required: true, doc: "name of a built-in, or a path relative to the module"},
		{name: "title", kind: kString, doc: "heading"},
		{name: "analyses", kind: kRefs, refs: []string{"analysis"}, required: true, doc: "what it tells"},
		{name: "claims", kind: kRefs, refs: []string{"claim"}, doc: "statements whose verdicts it tells"},
		{name: "output", kind: kString, required: true, doc: "path of the markdown file, relative to the module"},
		{name: "calibration", kind: kString, doc: "a file of `bench calibrate -json`, relative to the module: the foot then says how well this machine measures"},
		{name: "formats", kind: kStrings, def: []any{"md"}, oneOf: []string{"md", "html"}, doc: "what is written"},
		{name: "vars", kind: kScalars, late: true, doc: "values for the template"},
	},
}

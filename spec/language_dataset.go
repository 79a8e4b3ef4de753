package spec

// The block of rows that were measured elsewhere.

var datasetSchema = &schema{
	attrs: []attr{
		forEach,
		{name: "path", kind: kString, required: true, doc: "pattern relative to the module; `**` crosses folders"},
		{name: "format", kind: kString, oneOf: []string{"json", "jsonl", "csv"}, doc: "of the files; told by their ending where left out"},
		{name: "rows", kind: kExpr, doc: "list of what makes a row each; the file's own rows where left out"},
		{name: "baseline", kind: kExpr, doc: "name of the baseline that a row belongs to, or null"},
		{name: "started_at", kind: kExpr, doc: "when a row was measured, as RFC 3339 writes it; for what depends on order"},
		{name: "labels", kind: kScalars, doc: "what a reader should know of the data: model, machine"},
	},
	blocks: []nested{
		{name: "factors", unique: true, body: factorsSchema, doc: "What was varied."},
		{name: "metrics", unique: true, body: metricsSchema, doc: "What was measured."},
		{name: "valid", body: conditionSchema, doc: "A rule that a row must keep; those that break it are left out and listed."},
	},
}

var (
	factorsSchema = &schema{free: "the level of one factor; null where the row has none"}
	metricsSchema = &schema{free: "the value of one metric: durations in ns, rates per second, shares of 1; null where the row has none"}
)

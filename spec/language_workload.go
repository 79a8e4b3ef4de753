package spec

// The blocks that say what one run does.

var workloadSchema = &schema{
	attrs: []attr{forEach},
	blocks: []nested{
		{name: "ingest", labels: []string{"name"}, body: ingestSchema, doc: "Files that are read before the first step."},
		{name: "step", labels: []string{"name"}, body: stepSchema, doc: "One LLM call. A step may use the answers of those above it."},
		{name: "prompts", unique: true, body: promptsSchema, doc: "What is sent, in the place of steps: each prompt is a call of its own. Without a load each is sent once, one after the other."},
		{name: "load", unique: true, body: loadSchema, doc: "How many calls are made, and when: of the prompts in turn, or of the one step again and again. It ends by duration, requests, or with the trace."},
		{name: "slo", unique: true, body: sloSchema, doc: "Limits that a call must keep to count as good."},
		{name: "score", labels: []string{"name"}, body: scoreSchema, doc: "A metric of quality, computed from the answers."},
		{name: "valid", body: conditionSchema, doc: "A rule that a run must keep; one that breaks it is recorded as invalid."},
	},
}

var (
	ingestSchema = &schema{attrs: []attr{
		{name: "paths", kind: kStrings, required: true, doc: "patterns relative to the module; `**` crosses folders"},
		{name: "min_files", kind: kWhole, def: 1, bounds: between(1, 1e9), doc: "fewer is an error, not an empty prompt"},
		{name: "max_bytes", kind: kSize, bounds: moreThan(0), doc: "more in all is an error; 1 MiB where left out"},
	}}
	stepSchema = &schema{
		attrs: []attr{
			{name: "prompt", kind: kExpr, required: true, doc: "text that is sent"},
			{name: "max_tokens", kind: kWhole, bounds: between(1, 1e7), doc: "longest answer; the server's own limit where left out"},
		},
		blocks: []nested{{name: "extract", unique: true, body: extractSchema, doc: "Values taken from the answer, for later steps and scores."}},
	}
	extractSchema = &schema{free: "expression over `self`, the step's own answer"}
	scoreSchema   = &schema{attrs: []attr{
		{name: "value", kind: kExpr, required: true, doc: "a number"},
		{name: "better", kind: kString, oneOf: []string{"higher", "lower"}, doc: "which way is better"},
	}}
)

var (
	promptsSchema = &schema{
		attrs: []attr{
			{name: "path", kind: kString, doc: "a .jsonl, .json or .csv file of prompts, relative to the module; either this or `synthetic`"},
			{name: "column", kind: kString, def: "prompt", doc: "field or column of the file that holds the prompt"},
			{name: "salt", kind: kBool, def: false, doc: "a first line that differs each time, against caches of prefixes"},
		},
		blocks: []nested{{name: "synthetic", unique: true, body: syntheticSchema, doc: "Prompts of random words."}},
	}
	syntheticSchema = &schema{attrs: []attr{
		{name: "input_tokens", kind: kDistribution, required: true, doc: "length of a prompt"},
		{name: "output_tokens", kind: kDistribution, doc: "length of an answer; the server's own limit where left out"},
	}}
	loadSchema = &schema{attrs: []attr{
		{name: "arrival", kind: kString, def: "closed", oneOf: []string{"closed", "constant", "poisson", "trace"}, doc: "`closed`: a caller waits for its answer, then for `think_time`; `constant`, `poisson`: calls come at a `rate`, whether answers are there or not, and latency counts from the planned time; `trace`: at the times of a file"},
		{name: "rate", kind: kNumber, bounds: between(1e-6, 1e6), doc: "requests per second, where arrival is constant or poisson"},
		{name: "concurrency", kind: kWhole, bounds: between(1, 1e6), doc: "calls under way at the same time; 1 where arrival is closed, else no limit"},
		{name: "duration", kind: kDuration, bounds: moreThan(0), doc: "time in which calls are sent that count"},
		{name: "requests", kind: kWhole, bounds: between(1, 1e9), doc: "calls that count; the load ends with them, or with the duration if that is sooner"},
		{name: "warmup", kind: kDuration, def: "0s", bounds: atLeast(0), doc: "time before, in which calls are sent that don't count"},
		{name: "cooldown", kind: kDuration, def: "0s", bounds: atLeast(0), doc: "time after, in which calls go on that don't count, so that the last ones that do are under load as well"},
		{name: "think_time", kind: kDuration, bounds: atLeast(0), doc: "pause of a caller between an answer and the next call, where arrival is closed"},
		{name: "trace", kind: kString, doc: "file of send times in seconds, a line each, where arrival is trace; relative to the module"},
	}}
	sloSchema = &schema{attrs: []attr{
		{name: "ttft", kind: kDuration, bounds: moreThan(0), doc: "time to the first token, at most"},
		{name: "tpot", kind: kDuration, bounds: moreThan(0), doc: "mean time per output token after the first, at most"},
		{name: "itl", kind: kDuration, bounds: moreThan(0), doc: "each gap between two tokens, at most"},
		{name: "e2e", kind: kDuration, bounds: moreThan(0), doc: "time to the end of the answer, at most"},
	}}
)

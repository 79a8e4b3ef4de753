package spec

// The blocks of the language. The decoder and the reference in README.md are both made from these tables.

var rootSchema = &schema{
	blocks: []nested{
		{name: "bench", unique: true, body: benchSchema, doc: "The version of the tool that the spec needs."},
		{name: "variable", labels: []string{"name"}, body: variableSchema, doc: "An input, set with `-var name=value`."},
		{name: "locals", body: localsSchema, doc: "Named values, each `local.NAME` to other expressions."},
		{name: "function", labels: []string{"name"}, body: functionSchema, doc: "A function of the spec's own, called by its name in any expression."},
		{name: "server", labels: []string{"kind", "name"}, kinds: serverSchemas, doc: "Where inference happens."},
		{name: "agent", labels: []string{"name"}, body: agentSchema, doc: "Who does the work."},
		{name: "workload", labels: []string{"name"}, body: workloadSchema, doc: "What one run does: it reads files, then makes its calls in order."},
		{name: "target", labels: []string{"kind", "name"}, kinds: targetSchemas, doc: "Where the processes run."},
		{name: "experiment", labels: []string{"name"}, body: experimentSchema, doc: "What is measured: agent × server × target × workload × matrix."},
		{name: "dataset", labels: []string{"name"}, body: datasetSchema, doc: "Rows measured elsewhere, mapped to the same table."},
		{name: "analysis", labels: []string{"name"}, body: analysisSchema, doc: "Which question is asked of which rows."},
		{name: "report", labels: []string{"name"}, body: reportSchema, doc: "What is written of the answers."},
	},
	reserved: []string{"comparison", "check", "claim"},
}

// reservedKinds are kinds of servers and targets that this version does not have.
var reservedKinds = map[string][]string{"server": {"openai"}, "target": {"ssh", "slurm"}}

var benchSchema = &schema{attrs: []attr{
	{name: "required_version", kind: kString, doc: "constraint on the tool's version, as `\">= 0.1, < 2\"` or `\"~> 0.1\"`"},
}}

var variableSchema = &schema{
	attrs: []attr{
		{name: "type", kind: kExpr, doc: "`string`, `number`, `bool`, `list(…)`, `map(…)`, `object({…})`; any type where left out"},
		{name: "default", kind: kExpr, doc: "constant value where none is given; without it the variable must be set"},
		{name: "description", kind: kString, doc: "what it is for"},
		{name: "sensitive", kind: kBool, def: false, doc: "never shown in a message, a plan, a record or a report; refused where it would be written"},
	},
	blocks: []nested{{name: "validation", body: conditionSchema, doc: "A rule that the value must keep. It may use every variable."}},
}

var functionSchema = &schema{attrs: []attr{
	{name: "params", kind: kExpr, doc: "list of the parameters' names, bare, as `[tokens, seconds]`"},
	{name: "variadic_param", kind: kExpr, doc: "bare name of the list of what is given beyond `params`"},
	{name: "result", kind: kExpr, required: true, doc: "expression over the parameters, `var`, `local` and functions; it may not call itself, not even through others"},
}}

var localsSchema = &schema{free: "any expression that does not depend on itself"}

var conditionSchema = &schema{attrs: []attr{
	{name: "condition", kind: kExpr, required: true, doc: "must be true"},
	{name: "error_message", kind: kExpr, required: true, doc: "what is said when it isn't"},
}}

var serverSchemas = map[string]*schema{
	"ollama": {
		attrs: []attr{
			forEach,
			{name: "url", kind: kString, required: true, doc: "base address, as `\"http://127.0.0.1:11434\"`"},
			{name: "command", kind: kStrings, doc: "bench starts this, waits until it is ready, and stops it"},
			{name: "env", kind: kScalars, doc: "environment of the command"},
		},
		blocks: []nested{
			{name: "ready", unique: true, body: readySchema, doc: "How a started server is known to be ready."},
			{name: "timeouts", unique: true, body: timeoutsSchema, doc: "Limits of one call; the instrument's own where left out."},
		},
		reserved: []string{"api_key", "metrics"},
	},
	"emulator": {
		attrs: []attr{
			forEach,
			{name: "seed", kind: kWhole, def: 0, limits: between(0, 1<<53), doc: "of all its chance"},
			{name: "load_time", kind: kDuration, def: "0s", limits: atLeast(0), doc: "paid by the first request after an unload"},
			{name: "ttft", kind: kDuration, def: "40ms", limits: atLeast(0), doc: "time to the first token, without loading"},
			{name: "tokens_per_second", kind: kNumber, def: 100, limits: between(0.001, 1e6), doc: "rate of decoding"},
			{name: "jitter", kind: kNumber, def: 0, limits: between(0, 1), doc: "sigma of the lognormal noise of each gap between tokens"},
			{name: "output_tokens", kind: kWhole, limits: between(1, 1e6), doc: "length of an answer that max_tokens does not cut"},
			{name: "models", kind: kStrings, doc: "names that it knows; any name where left out"},
		},
		blocks: []nested{
			{name: "effect", body: effectSchema, doc: "A planted truth: requests with certain options are slower or faster."},
			{name: "fault", body: faultSchema, doc: "What goes wrong with a share of the requests."},
			{name: "timeouts", unique: true, body: timeoutsSchema, doc: "Limits of one call; the instrument's own where left out."},
		},
	},
}

var (
	readySchema = &schema{attrs: []attr{
		{name: "path", kind: kString, def: "/api/version", doc: "a GET of it answers 200 when the server is ready"},
		{name: "timeout", kind: kDuration, def: "30s", limits: moreThan(0), doc: "how long to wait"},
	}}
	timeoutsSchema = &schema{attrs: []attr{
		{name: "connect", kind: kDuration, limits: moreThan(0), doc: "of opening the connection"},
		{name: "first_token", kind: kDuration, limits: moreThan(0), doc: "from the request to the first byte of the answer"},
		{name: "idle", kind: kDuration, limits: moreThan(0), doc: "between chunks"},
	}}
	effectSchema = &schema{attrs: []attr{
		{name: "when", kind: kScalars, required: true, doc: "options that the request must have"},
		{name: "tokens_per_second", kind: kPercent, limits: moreThan(-1), doc: "relative change of the rate, as `\"+2%\"`"},
		{name: "ttft", kind: kPercent, limits: moreThan(-1), doc: "relative change of the time to the first token"},
		{name: "load_time", kind: kPercent, limits: moreThan(-1), doc: "relative change of the loading time"},
	}}
	faultSchema = &schema{attrs: []attr{
		{name: "kind", kind: kString, required: true, oneOf: []string{"reset", "stall", "http_500", "truncated", "slow_header", "error_object"}, doc: "what goes wrong"},
		{name: "rate", kind: kNumber, required: true, limits: between(0, 1), doc: "share of the requests; over all faults at most 1"},
	}}
)

var agentSchema = &schema{
	attrs: []attr{
		forEach,
		{name: "builtin", kind: kString, required: true, oneOf: []string{"workflow"}, doc: "the agent inside bench"},
	},
	reserved: []string{"command", "build", "witness"},
}

var workloadSchema = &schema{
	attrs: []attr{forEach},
	blocks: []nested{
		{name: "ingest", labels: []string{"name"}, body: ingestSchema, doc: "Files that are read before the first step."},
		{name: "step", labels: []string{"name"}, body: stepSchema, doc: "One LLM call. A step may use the answers of those above it."},
		{name: "score", labels: []string{"name"}, body: scoreSchema, doc: "A metric of quality, computed from the answers."},
		{name: "valid", body: conditionSchema, doc: "A rule that a run must keep; one that breaks it is recorded as invalid."},
	},
	reserved: []string{"prompts", "load", "slo"},
}

var (
	ingestSchema = &schema{attrs: []attr{
		{name: "paths", kind: kStrings, required: true, doc: "patterns relative to the module; `**` crosses folders"},
		{name: "min_files", kind: kWhole, def: 1, limits: between(1, 1e9), doc: "fewer is an error, not an empty prompt"},
		{name: "max_bytes", kind: kSize, limits: moreThan(0), doc: "more in all is an error; 1 MiB where left out"},
	}}
	stepSchema = &schema{
		attrs: []attr{
			{name: "prompt", kind: kExpr, required: true, doc: "text that is sent"},
			{name: "max_tokens", kind: kWhole, limits: between(1, 1e7), doc: "longest answer; the server's own limit where left out"},
		},
		blocks: []nested{{name: "extract", unique: true, body: extractSchema, doc: "Values taken from the answer, for later steps and scores."}},
	}
	extractSchema = &schema{free: "expression over `self`, the step's own answer"}
	scoreSchema   = &schema{attrs: []attr{
		{name: "value", kind: kExpr, required: true, doc: "a number"},
		{name: "better", kind: kString, oneOf: []string{"higher", "lower"}, doc: "which way is better"},
	}}
)

var targetSchemas = map[string]*schema{
	"local": {
		attrs: []attr{
			forEach,
			{name: "parallelism", kind: kWhole, def: 1, limits: between(1, 1024), doc: "runs at the same time"},
			{name: "cpus", kind: kString, doc: "cores that a run may use, as `\"0-3,6\"`"},
			{name: "labels", kind: kScalars, doc: "what a reader should know of the machine"},
		},
		blocks: []nested{{name: "require", unique: true, body: requireSchema, doc: "What the machine must have."}},
	},
}

var requireSchema = &schema{attrs: []attr{
	{name: "gpu_memory", kind: kSize, limits: atLeast(0), doc: "of the largest GPU, as `\"10GiB\"`"},
	{name: "disk", kind: kSize, limits: atLeast(0), doc: "free where the records go"},
}}

var experimentSchema = &schema{
	attrs: []attr{
		forEach,
		{name: "title", kind: kString, doc: "for reports; the name where left out"},
		{name: "agent", kind: kRef, refs: []string{"agent"}, varies: true, doc: "who does the work; the builtin workflow where left out"},
		{name: "server", kind: kRef, refs: []string{"server"}, required: true, varies: true, doc: "where inference happens"},
		{name: "target", kind: kRef, refs: []string{"target"}, varies: true, doc: "where the runs happen; this machine where left out"},
		{name: "workload", kind: kRef, refs: []string{"workload"}, required: true, varies: true, doc: "what one run does"},
		{name: "model", kind: kString, required: true, varies: true, doc: "as the server names it"},
		{name: "options", kind: kScalars, varies: true, doc: "sent to the server as they stand; nulls are not sent; none where left out"},
		{name: "repeats", kind: kWhole, def: 3, limits: between(1, 1e6), doc: "runs of each configuration"},
		{name: "warmup", kind: kWhole, def: 0, limits: between(0, 1e6), doc: "runs of each configuration before those that count"},
		{name: "order", kind: kString, def: "interleaved", oneOf: []string{"interleaved", "random", "sequential", "blocks"}, doc: "of the runs"},
		{name: "seed", kind: kWhole, def: 0, limits: between(0, 1<<53), doc: "of order and backoff"},
		{name: "timeout", kind: kDuration, def: "10m", limits: moreThan(0), doc: "of one run"},
	},
	blocks: []nested{
		{name: "matrix", unique: true, body: matrixSchema, doc: "The axes; every combination of their values is a configuration. The order is that of the axes, the last one varying fastest."},
		{name: "baseline", labels: []string{"name"}, body: baselineSchema, doc: "What the configurations are compared with."},
		{name: "isolation", unique: true, body: isolationSchema, doc: "What state a run starts from. Each run is a process of its own in any case."},
		{name: "retry", unique: true, body: retrySchema, doc: "Which failures are tried again."},
	},
	reserved: []string{"sampling", "member", "solo", "contention"},
}

var (
	matrixSchema = &schema{
		free: "an axis: a list of distinct numbers, strings, bools or references",
		blocks: []nested{
			{name: "axis", labels: []string{"name"}, body: axisSchema, doc: "The long form of an axis."},
			{name: "exclude", body: excludeSchema, doc: "Takes configurations out."},
			{name: "include", body: includeSchema, doc: "Adds one configuration, after those of the axes. It may bring back one that was excluded."},
			{name: "skip", body: skipSchema, doc: "Keeps configurations in sight, as skipped, and does not run them."},
		},
	}
	axisSchema = &schema{attrs: []attr{
		{name: "values", kind: kExpr, required: true, doc: "a list of distinct numbers, strings, bools or references"},
		{name: "label", kind: kString, doc: "short name in a configuration's name"},
	}}
	excludeSchema = &schema{attrs: []attr{
		{name: "when", kind: kBool, required: true, varies: true, doc: "true for the configurations that are left out"},
	}}
	includeSchema = &schema{free: "the value of an axis; every axis has to be named"}
	skipSchema    = &schema{attrs: []attr{
		{name: "when", kind: kBool, required: true, varies: true, doc: "true for the configurations that are not run"},
		{name: "reason", kind: kString, required: true, varies: true, doc: "why, for the plan and the report"},
	}}
	baselineSchema = &schema{attrs: []attr{
		{name: "options", kind: kScalars, varies: true, doc: "sent instead of the experiment's; none where left out. May refer to `matrix` where paired"},
		{name: "paired", kind: kBool, def: false, doc: "measured beside every configuration, not once"},
	}}
	isolationSchema = &schema{
		attrs: []attr{
			{name: "model", kind: kString, def: "keep", oneOf: []string{"keep", "unload", "warm"}, doc: "state of the model before a run: as it is, unloaded, or warmed by a call that is thrown away"},
			{name: "cooldown", kind: kDuration, def: "0s", limits: atLeast(0), doc: "pause between two runs"},
		},
		reserved: []string{"memory"},
	}
	retrySchema = &schema{
		attrs: []attr{
			{name: "attempts", kind: kWhole, def: 3, limits: between(1, 1000), doc: "tries of one run, the first one included"},
			{name: "on", kind: kStrings, def: []any{"connect", "timeout", "server_error", "rate_limited", "infrastructure"}, doc: "classes of error that are tried again"},
		},
		blocks: []nested{{name: "backoff", unique: true, body: backoffSchema, doc: "The pause before a try: initial × factor^(n−1), at most max, varied by ± jitter."}},
	}
	backoffSchema = &schema{attrs: []attr{
		{name: "initial", kind: kDuration, def: "1s", limits: atLeast(0), doc: "before the second try"},
		{name: "factor", kind: kNumber, def: 2, limits: between(1, 100), doc: "growth from try to try"},
		{name: "max", kind: kDuration, def: "30s", limits: atLeast(0), doc: "longest pause"},
		{name: "jitter", kind: kNumber, def: 0.2, limits: between(0, 1), doc: "share by which a pause is varied"},
	}}
)

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

var (
	analysisSchema = &schema{
		attrs: []attr{
			forEach,
			{name: "of", kind: kRefs, refs: []string{"experiment", "dataset"}, required: true, doc: "where the rows come from"},
			{name: "baseline", kind: kString, doc: "name of the baseline that configurations are compared with"},
			{name: "confidence", kind: kNumber, def: 0.95, limits: between(0.5, 0.9999), doc: "of intervals and verdicts"},
			{name: "unit", kind: kString, def: "run", oneOf: []string{"run"}, reserved: []string{"step"}, doc: "of analysis"},
			{name: "seed", kind: kWhole, def: 0, limits: between(0, 1<<53), doc: "of the bootstrap"},
		},
		blocks: []nested{{name: "metric", labels: []string{"name"}, body: metricSchema, doc: "One thing that is looked at. The first one decides which configuration is the best."}},
	}
	metricSchema = &schema{attrs: []attr{
		{name: "better", kind: kString, oneOf: []string{"higher", "lower"}, doc: "which way is better; as the instrument says where left out"},
		{name: "practical", kind: kPercent, limits: atLeast(0), doc: "smallest difference that matters, as `\"1%\"`"},
		{name: "test", kind: kString, def: "welch", oneOf: []string{"welch"}, reserved: []string{"mann_whitney", "permutation"}, doc: "of a configuration against its baseline"},
		{name: "stat", kind: kString, def: "mean", oneOf: []string{"mean", "median", "p90", "p99", "max", "sum"}, doc: "of a run's calls"},
	}}
)

var reportSchema = &schema{
	attrs: []attr{
		forEach,
		{name: "template", kind: kString, required: true, doc: "name of a built-in, or a path relative to the module"},
		{name: "title", kind: kString, doc: "heading"},
		{name: "analyses", kind: kRefs, refs: []string{"analysis"}, required: true, doc: "what it tells"},
		{name: "output", kind: kString, required: true, doc: "path of the markdown file, relative to the module"},
		{name: "formats", kind: kStrings, def: []any{"md"}, oneOf: []string{"md", "html"}, doc: "what is written"},
		{name: "vars", kind: kScalars, doc: "values for the template"},
	},
	reserved: []string{"claims"},
}

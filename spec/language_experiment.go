package spec

// The blocks that say what is measured.

var experimentSchema = &schema{
	attrs: []attr{
		forEach,
		{name: "title", kind: kString, doc: "for reports; the name where left out"},
		{name: "agent", kind: kRef, refs: []string{"agent"}, varies: true, doc: "who does the work; the builtin workflow where left out"},
		{name: "server", kind: kRef, refs: []string{"server"}, varies: true, doc: "where inference happens; members have their own"},
		{name: "target", kind: kRef, refs: []string{"target"}, varies: true, doc: "where the runs happen; this machine where left out"},
		{name: "workload", kind: kRef, refs: []string{"workload"}, varies: true, doc: "what one run does; members have their own"},
		{name: "model", kind: kString, required: true, varies: true, late: true, doc: "as the server names it"},
		{name: "options", kind: kScalars, varies: true, late: true, doc: "sent to the server as they stand; nulls are not sent; none where left out"},
		{name: "repeats", kind: kWhole, def: 3, bounds: between(1, 1e6), doc: "runs of each configuration"},
		{name: "warmup", kind: kWhole, def: 0, bounds: between(0, 1e6), doc: "runs of each configuration before those that count"},
		{name: "order", kind: kString, def: "interleaved", oneOf: []string{"interleaved", "random", "sequential", "blocks"}, doc: "of the runs"},
		{name: "seed", kind: kWhole, def: 0, bounds: between(0, 1<<53), doc: "of order and backoff"},
		{name: "timeout", kind: kDuration, def: "10m", bounds: moreThan(0), doc: "of one run"},
		{name: "solo", kind: kBool, def: false, doc: "each member is measured alone as well, so that what running together costs can be told"},
		{name: "contention", kind: kExpr, doc: "condition over `member.NAME.METRIC` and `solo.NAME.METRIC` of a run: true where its members were in each other's way"},
	},
	blocks: []nested{
		{name: "matrix", unique: true, body: matrixSchema, doc: "The axes; every combination of their values is a configuration. The order is that of the axes, the last one varying fastest."},
		{name: "baseline", labels: []string{"name"}, body: baselineSchema, doc: "What the configurations are compared with."},
		{name: "member", labels: []string{"name"}, body: memberSchema, doc: "One of several agents that start together, each in a process of its own. With members the experiment has no agent, server, workload, options and baselines itself."},
		{name: "sampling", unique: true, body: samplingSchema, doc: "Goes on beyond `repeats` until the question is answered."},
		{name: "isolation", unique: true, body: isolationSchema, doc: "What state a run starts from. Each run is a process of its own in any case."},
		{name: "retry", unique: true, body: retrySchema, doc: "Which failures are tried again."},
	},
}

var (
	matrixSchema = &schema{
		free: "an axis: a list of distinct numbers, strings, bools, references, or objects that have a `name`",
		blocks: []nested{
			{name: "axis", labels: []string{"name"}, body: axisSchema, doc: "The long form of an axis."},
			{name: "exclude", body: excludeSchema, doc: "Takes configurations out."},
			{name: "include", body: includeSchema, doc: "Adds one configuration, after those of the axes. It may bring back one that was excluded."},
			{name: "skip", body: skipSchema, doc: "Keeps configurations in sight, as skipped, and does not run them."},
		},
	}
	axisSchema = &schema{attrs: []attr{
		{name: "values", kind: kExpr, required: true, doc: "a list of distinct numbers, strings, bools, references, or objects that have a `name`"},
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
		{name: "options", kind: kScalars, varies: true, late: true, doc: "sent instead of the experiment's; none where left out. May refer to `matrix` where paired"},
		{name: "paired", kind: kBool, def: false, doc: "measured beside every configuration, not once"},
	}}
	memberSchema = &schema{attrs: []attr{
		{name: "agent", kind: kRef, refs: []string{"agent"}, varies: true, doc: "who does its work; the builtin workflow where left out"},
		{name: "server", kind: kRef, refs: []string{"server"}, required: true, varies: true, doc: "where its inference happens"},
		{name: "workload", kind: kRef, refs: []string{"workload"}, required: true, varies: true, doc: "what it does"},
		{name: "model", kind: kString, varies: true, late: true, doc: "as the server names it; the experiment's where left out"},
		{name: "options", kind: kScalars, varies: true, late: true, doc: "sent to the server as they stand; nulls are not sent; none where left out"},
	}}
	samplingSchema = &schema{attrs: []attr{
		{name: "until", kind: kExpr, required: true, doc: "condition over `metrics.NAME`, a summary of the configuration's runs so far: true when there are enough of them"},
		{name: "max_repeats", kind: kWhole, required: true, bounds: between(1, 1e6), doc: "most runs of each configuration"},
	}}
	isolationSchema = &schema{
		attrs: []attr{
			{name: "model", kind: kString, def: "keep", oneOf: []string{"keep", "unload", "warm"}, doc: "state of the model before a run: as it is, unloaded, or warmed by a call that is thrown away"},
			{name: "cooldown", kind: kDuration, def: "0s", bounds: atLeast(0), doc: "pause between two runs"},
			{name: "memory", kind: kSize, bounds: moreThan(0), doc: "most memory of each agent with all that it starts; where no control group (cgroup v2) can be had, of each of its processes, of which the worker itself takes some 120 MiB"},
		},
	}
	retrySchema = &schema{
		attrs: []attr{
			{name: "attempts", kind: kWhole, def: 3, bounds: between(1, 1000), doc: "tries of one run, the first one included"},
			{name: "on", kind: kStrings, def: []any{"connect", "timeout", "server_error", "rate_limited", "infrastructure"}, doc: "classes of error that are tried again; [agent/README.md](../agent/README.md#failures) says what each is"},
		},
		blocks: []nested{{name: "backoff", unique: true, body: backoffSchema, doc: "The pause before a try: initial × factor^(n−1), at most max, varied by ± jitter."}},
	}
	backoffSchema = &schema{attrs: []attr{
		{name: "initial", kind: kDuration, def: "1s", bounds: atLeast(0), doc: "before the second try"},
		{name: "factor", kind: kNumber, def: 2, bounds: between(1, 100), doc: "growth from try to try"},
		{name: "max", kind: kDuration, def: "30s", bounds: atLeast(0), doc: "longest pause, unless the server asks for a longer one (Retry-After)"},
		{name: "jitter", kind: kNumber, def: 0.2, bounds: between(0, 1), doc: "share by which a pause is varied"},
	}}
)

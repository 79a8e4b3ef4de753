package spec

// The blocks of the language. The decoder and the reference in README.md are both made from these tables.

var rootSchema = &schema{
	blocks: []nested{
		{name: "bench", unique: true, body: benchSchema, doc: "The version of the tool that the spec needs."},
		{name: "variable", labels: []string{"name"}, body: variableSchema, doc: "An input: set with `-var NAME=VALUE`, as `BENCH_VAR_NAME` in the environment, or in a `*.benchvars` file."},
		{name: "locals", body: localsSchema, doc: "Named values, each `local.NAME` to other expressions."},
		{name: "function", labels: []string{"name"}, body: functionSchema, doc: "A function of the spec's own, called by its name in any expression."},
		{name: "server", labels: []string{"kind", "name"}, kinds: serverSchemas, doc: "Where inference happens."},
		{name: "agent", labels: []string{"name"}, body: agentSchema, doc: "Who does the work."},
		{name: "workload", labels: []string{"name"}, body: workloadSchema, doc: "What one run does: steps, which are calls in order, or prompts, which are calls of one form, mostly under a load."},
		{name: "target", labels: []string{"kind", "name"}, kinds: targetSchemas, doc: "Where the processes run."},
		{name: "experiment", labels: []string{"name"}, body: experimentSchema, doc: "What is measured: agent × server × target × workload × matrix, or members that run at the same time."},
		{name: "dataset", labels: []string{"name"}, body: datasetSchema, doc: "Rows measured elsewhere, mapped to the same table."},
		{name: "analysis", labels: []string{"name"}, body: analysisSchema, doc: "Which question is asked of which rows."},
		{name: "comparison", labels: []string{"name"}, body: comparisonSchema, doc: "Two sources side by side."},
		{name: "check", labels: []string{"name"}, body: checkSchema, doc: "A condition on results that becomes an exit code."},
		{name: "claim", labels: []string{"name"}, body: claimSchema, doc: "A statement that the data support, refute, or don't settle."},
		{name: "report", labels: []string{"name"}, body: reportSchema, doc: "What is written of the answers."},
	},
}

var benchSchema = &schema{attrs: []attr{
	{name: "required_version", kind: kString, doc: "constraint on the tool's version, as `\">= 0.1, < 2\"` or `\"~> 0.1\"`"},
}}

var variableSchema = &schema{
	attrs: []attr{
		{name: "type", kind: kExpr, doc: "`string`, `number`, `bool`, `list(…)`, `map(…)`, `object({…})`; any type where left out"},
		{name: "default", kind: kExpr, doc: "constant value where none is given; without it the variable must be set"},
		{name: "description", kind: kString, doc: "what it is for"},
		{name: "nullable", kind: kBool, def: true, doc: "may be null; where not, the default stands in for null"},
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

package spec

// The blocks that say who does the work, and where its processes run.

var agentSchema = &schema{
	attrs: []attr{
		forEach,
		{name: "builtin", kind: kString, oneOf: []string{"workflow"}, doc: "the agent inside bench; either this or `command`"},
		{name: "command", kind: kStrings, doc: "a program that speaks the agent protocol, with its arguments"},
		{name: "witness", kind: kBool, def: false, doc: "its calls pass a tap that stamps them by the kernel's clock, so that what it claims and what was seen stand side by side"},
	},
	blocks: []nested{{name: "build", unique: true, body: buildSchema, doc: "How the command comes to be, before the first run."}},
}

var buildSchema = &schema{attrs: []attr{
	{name: "command", kind: kStrings, required: true, doc: "what builds it, as `[\"cargo\", \"build\", \"--release\"]`"},
	{name: "dir", kind: kString, def: ".", doc: "folder that it is started in, relative to the module"},
}}

var targetSchemas = map[string]*schema{
	"local": {
		attrs:  []attr{forEach, targetParallelism, targetCPUs, targetLabels},
		blocks: []nested{requireBlock},
	},
	"ssh": {
		attrs: []attr{
			forEach,
			{name: "host", kind: kString, required: true, doc: "a Host of the user's own ssh_config, or an address"},
			{name: "config_file", kind: kString, doc: "the ssh_config; `~/` is the home folder; ssh's own where left out"},
			{name: "dir", kind: kString, def: "/var/tmp/bench", doc: "folder on the host for programs and files, absolute or below `~/`"},
			targetParallelism, targetCPUs, targetLabels,
		},
		blocks: []nested{requireBlock},
	},
	"slurm": {
		attrs: []attr{
			forEach,
			{name: "partition", kind: kString, doc: "where jobs are queued; the cluster's own where left out"},
			{name: "time_limit", kind: kDuration, bounds: moreThan(0), doc: "of one job; the partition's own where left out"},
			{name: "gres", kind: kString, doc: "generic resources of a job, as `\"gpu:1\"`"},
			{name: "array_limit", kind: kWhole, bounds: between(1, 1e6), doc: "jobs at the same time; the cluster's own limit where left out"},
			{name: "runs_per_task", kind: kWhole, def: 1, bounds: between(1, 1e6), doc: "runs of one job, so that its start is paid once for all of them"},
			{name: "extra", kind: kStrings, doc: "more flags for sbatch, as `[\"--account=tr\"]`"},
			targetCPUs, targetLabels,
		},
		blocks: []nested{requireBlock},
	},
}

// What the targets have in common.
var (
	targetParallelism = attr{name: "parallelism", kind: kWhole, def: 1, bounds: between(1, 1024), doc: "runs at the same time"}
	targetCPUs        = attr{name: "cpus", kind: kString, doc: "cores that a run may use, as `\"0-3,6\"`"}
	targetLabels      = attr{name: "labels", kind: kScalars, doc: "what a reader should know of the machine"}

	requireBlock = nested{name: "require", unique: true, body: requireSchema, doc: "What the machine must have."}
)

var requireSchema = &schema{attrs: []attr{
	{name: "gpu_memory", kind: kSize, bounds: atLeast(0), doc: "of the largest GPU, as `\"10GiB\"`"},
	{name: "disk", kind: kSize, bounds: atLeast(0), doc: "free where the records go"},
}}

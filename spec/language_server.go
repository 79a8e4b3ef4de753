package spec

// The blocks that say where inference happens.

var serverSchemas = map[string]*schema{
	"ollama": {
		attrs: []attr{
			forEach,
			{name: "url", kind: kString, required: true, doc: "base address, as `\"http://127.0.0.1:11434\"`"},
			{name: "api", kind: kString, def: "generate", oneOf: []string{"generate", "chat"}, doc: "which of its two forms of call"},
			serverCommand, serverEnv,
		},
		blocks: []nested{readyBlock("/api/version"), timeoutsBlock},
	},
	"openai": {
		attrs: []attr{
			forEach,
			{name: "url", kind: kString, required: true, doc: "base address of an endpoint that is compatible with OpenAI's, as `\"http://127.0.0.1:8000/v1\"`: vLLM, SGLang, llama.cpp, TGI"},
			{name: "api", kind: kString, def: "chat", oneOf: []string{"chat", "completions"}, doc: "which of its two forms of call"},
			{name: "api_key", kind: kString, secret: true, doc: "sent as the bearer's token, and written nowhere"},
			{name: "metrics", kind: kString, doc: "address of its metrics in Prometheus' text format, read before and after each run"},
			serverCommand, serverEnv,
		},
		blocks: []nested{readyBlock("/models"), timeoutsBlock},
	},
	"emulator": {
		attrs: []attr{
			forEach,
			{name: "seed", kind: kWhole, def: 0, bounds: between(0, 1<<53), doc: "of all its chance"},
			{name: "load_time", kind: kDuration, def: "0s", bounds: atLeast(0), doc: "paid by the first request after an unload"},
			{name: "ttft", kind: kDuration, def: "40ms", bounds: atLeast(0), doc: "time to the first token, without loading"},
			{name: "tokens_per_second", kind: kNumber, def: 100, bounds: between(0.001, 1e6), doc: "rate of decoding"},
			{name: "jitter", kind: kNumber, def: 0, bounds: between(0, 1), doc: "sigma of the lognormal noise of each gap between tokens"},
			{name: "output_tokens", kind: kWhole, bounds: between(1, 1e6), doc: "length of an answer that max_tokens does not cut"},
			{name: "models", kind: kStrings, doc: "names that it knows; any name where left out"},
		},
		blocks: []nested{
			{name: "effect", body: effectSchema, doc: "A planted truth: requests with certain options are slower or faster."},
			{name: "fault", body: faultSchema, doc: "What goes wrong with a share of the requests."},
			{name: "style", unique: true, body: styleSchema, doc: "How it writes what it has to say. All of it is seen at servers that are in order, and holds for every request."},
			timeoutsBlock,
		},
	},
}

// What the servers have in common that bench can start.
var (
	serverCommand = attr{name: "command", kind: kStrings, doc: "bench starts this, waits until it is ready, and stops it"}
	serverEnv     = attr{name: "env", kind: kScalars, secret: true, doc: "environment of the command; what is sensitive in it makes no run stale when it changes"}

	timeoutsBlock = nested{name: "timeouts", unique: true, body: timeoutsSchema, doc: "Limits of one call; the instrument's own where left out."}
)

// readyBlock is the block that says how a started server is known to be ready; path is what is asked for where it doesn't say.
func readyBlock(path string) nested {
	return nested{name: "ready", unique: true, doc: "How a started server is known to be ready.", body: &schema{attrs: []attr{
		{name: "path", kind: kString, def: path, doc: "below `url`; a GET of it answers 200 when the server is ready"},
		{name: "timeout", kind: kDuration, def: "30s", bounds: moreThan(0), doc: "how long to wait"},
	}}}
}

// faultKinds are those of the embedded server, before an answer, inside of it, and in its manner.
var faultKinds = []string{
	"http_500", "http_429", "redirect", "slow_header", "endless_header", "gzip", "gzip_bomb", "long_length", "short_length",
	"reset", "stall", "truncated", "error_object", "endless_body", "huge_line",
	"long_line", "coalesced", "split", "slow_loris", "no_usage", "nan_figures", "negative_figures", "absurd_figures",
}

var (
	timeoutsSchema = &schema{attrs: []attr{
		{name: "connect", kind: kDuration, bounds: moreThan(0), doc: "of opening the connection"},
		{name: "first_token", kind: kDuration, bounds: moreThan(0), doc: "from the request to the first byte of the answer"},
		{name: "idle", kind: kDuration, bounds: moreThan(0), doc: "between chunks"},
	}}
	effectSchema = &schema{attrs: []attr{
		{name: "when", kind: kScalars, required: true, doc: "options that the request must have"},
		{name: "tokens_per_second", kind: kPercent, bounds: moreThan(-1), doc: "relative change of the rate, as `\"+2%\"`"},
		{name: "ttft", kind: kPercent, bounds: moreThan(-1), doc: "relative change of the time to the first token"},
		{name: "load_time", kind: kPercent, bounds: moreThan(-1), doc: "relative change of the loading time"},
	}}
	faultSchema = &schema{attrs: []attr{
		{name: "kind", kind: kString, required: true, oneOf: faultKinds, doc: "what goes wrong: a status, a header that does not come or end, a body that is compressed or of another length than it says; inside the answer a reset, a stall, an end without its last line, an error, more and more; or the manner of its writes and figures"},
		{name: "rate", kind: kNumber, required: true, bounds: between(0, 1), doc: "share of the requests; over all faults at most 1"},
	}}
	styleSchema = &schema{attrs: []attr{
		{name: "tokens_per_chunk", kind: kWhole, bounds: between(1, 1e6), doc: "1 where left out"},
		{name: "chunks_per_write", kind: kWhole, bounds: between(1, 1e6), doc: "held back, and written together; 1 where left out"},
		{name: "empty_first", kind: kBool, doc: "a chunk without a token comes as soon as the model is loaded"},
		{name: "thinking", kind: kWhole, bounds: between(0, 1e6), doc: "first tokens of an answer that are thinking"},
		{name: "tool_calls", kind: kWhole, bounds: between(0, 1e6), doc: "at the end of an answer whose request names tools"},
		{name: "usage", kind: kString, oneOf: []string{"last_chunk", "every", "never"}, doc: "where the counts stand; as the request asks where left out"},
		{name: "comments", kind: kWhole, bounds: between(0, 1e6), doc: "an SSE comment before every n-th chunk"},
		{name: "crlf", kind: kBool, doc: "lines end with CR LF"},
		{name: "multi_byte", kind: kBool, doc: "words have characters of two to four bytes"},
		{name: "prefix_cache", kind: kBool, doc: "the beginning of a prompt that was seen before takes no time"},
	}}
)

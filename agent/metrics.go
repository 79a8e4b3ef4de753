package agent

import "slices"

// A Metric describes one figure of a call or of a run.
type Metric struct {
	Name   string `json:"name"`
	Unit   string `json:"unit"`   // "ns", "bytes", "1/s", "1", "J", "W", "%" or "°C"
	Better string `json:"better"` // "higher", "lower", or "" where neither is
	Scope  string `json:"scope"`  // "call" or "run"
	Help   string `json:"help"`   // what it is, with its formula
}

// Metrics lists every metric of the instrument, in the order in which reports show them. The formulas
// are the contract; t_first and t_last are the arrivals of the first and last content chunk, from t0.
func Metrics() []Metric {
	return []Metric{
		{"throughput", "1/s", "higher", "call", "output tokens per second of generation, by the server's own clock: eval_count / eval_duration"},
		{"throughput_client", "1/s", "higher", "call", "output tokens per second from the request to the last token, as a user sees it: output_tokens / t_last"},
		{"decode_client", "1/s", "higher", "call", "output tokens per second from the first to the last token, as a user sees it: (output_tokens - 1) / (t_last - t_first)"},
		{"ttfo", "ns", "lower", "call", "time to first output: from the request to the first message of any kind, one without content included"},
		{"ttft", "ns", "lower", "call", "time to first token: from the request to the first content, thinking included, loading of the model included"},
		{"ttft_answer", "ns", "lower", "call", "time to the first token of the answer, where thinking came before it"},
		{"ttft_warm", "ns", "lower", "call", "time to first token without the loading of the model: ttft - load"},
		{"load", "ns", "lower", "call", "what the server says it spent on loading the model: load_duration"},
		{"prompt_eval", "ns", "lower", "call", "what the server says it spent on reading the prompt (prefill): prompt_eval_duration"},
		{"eval", "ns", "lower", "call", "what the server says it spent on generating: eval_duration"},
		{"itl_mean", "ns", "lower", "call", "inter-token latency, mean: gaps between chunks / tokens a chunk (output_tokens / chunks)"},
		{"itl_p50", "ns", "lower", "call", "inter-token latency, median"},
		{"itl_p90", "ns", "lower", "call", "inter-token latency, 90th percentile"},
		{"itl_p99", "ns", "lower", "call", "inter-token latency, 99th percentile"},
		{"itl_max", "ns", "lower", "call", "inter-token latency, largest"},
		{"tpot", "ns", "lower", "call", "time per output token after the first: (t_last - ttft) / (output_tokens - 1)"},
		{"e2e", "ns", "lower", "call", "the whole call, to the end of its body"},
		{"output_tokens", "1", "", "call", "tokens of the answer: the server's count, or the chunks where it gives none"},
		{"prompt_tokens", "1", "", "call", "tokens of the prompt as the server took it: at num_ctx it was cut"},
		{"cached_tokens", "1", "", "call", "tokens of the prompt that the server took from a cache: what it then need not read"},
		{"thinking_tokens", "1", "", "call", "tokens of the output that were thinking, by the server's count"},
		{"workflow_total", "ns", "lower", "run", "the whole workflow, from its first ingest or call to the end of its last"},
		{"start_skew", "ns", "lower", "run", "of agents that run at once: from the first one's start of its work to the last one's"},
		{"ingest", "ns", "lower", "run", "reading the corpora: sum over the ingests"},
		{"cpu", "ns", "lower", "run", "user and system time of the client's process and its children"},
		{"peak_rss", "bytes", "lower", "run", "largest resident set of the client's process"},
		{"calls", "1", "", "run", "LLM calls made"},
		{"client_overhead", "ns", "lower", "run", "CPU time of the client per output token, while it measured: what the instrument itself costs"},
		{"server_cpu", "ns", "lower", "run", "user and system time of the server and what it started, while the run went on"},
		{"server_peak_rss", "bytes", "lower", "run", "largest resident set of the server and what it started"},
		{"cpu_energy", "J", "lower", "run", "energy of the processors, by their own counters"},
		{"gpu_energy", "J", "lower", "run", "energy of all GPUs: power over time, idle power included"},
		{"gpu_power", "W", "lower", "run", "mean power of all GPUs together"},
		{"gpu_peak_memory", "bytes", "lower", "run", "largest use of memory, of all processes, summed over the GPUs"},
		{"gpu_utilization", "%", "", "run", "mean share of the time in which a GPU did something, over the GPUs"},
		{"gpu_temperature", "°C", "lower", "run", "highest temperature of any GPU"},
		{"steal", "ns", "lower", "run", "CPU time that the hypervisor gave to others while this machine could have used it"},
		{"other_cpu", "ns", "lower", "run", "CPU time of this machine that went neither to the agent nor to the server"},
		{"cpu_stall", "ns", "lower", "run", "time in which something on this machine waited for a core"},
	}
}

// CallMetrics gives the metrics of a call under their names. One that cannot be had is absent; a failed
// call has none.
func CallMetrics(c Call) map[string]float64 {
	m := map[string]float64{}
	if c.Error != nil {
		return m
	}
	m["e2e"] = float64(c.EndNS)
	m["output_tokens"] = float64(c.OutputTokens)
	for name, tokens := range map[string]*int{"prompt_tokens": c.PromptTokens, "cached_tokens": c.CachedTokens, "thinking_tokens": c.ThinkingTokens} {
		if tokens != nil {
			m[name] = float64(*tokens)
		}
	}
	serverMetrics(m, c)
	clientMetrics(m, c)
	return m
}

func serverMetrics(m map[string]float64, c Call) {
	s := c.Server
	for name, ns := range map[string]*int64{"load": s.LoadNS, "prompt_eval": s.PromptEvalNS, "eval": s.EvalNS} {
		if ns != nil {
			m[name] = float64(*ns)
		}
	}
	if s.EvalCount != nil && s.EvalNS != nil && *s.EvalNS > 0 {
		m["throughput"] = perSecond(*s.EvalCount, *s.EvalNS)
	}
}

func clientMetrics(m map[string]float64, c Call) {
	for name, ns := range map[string]*int64{"ttfo": c.TTFONS, "ttft": c.TTFTNS, "ttft_answer": c.TTFTAnswerNS} {
		if ns != nil {
			m[name] = float64(*ns)
		}
	}
	if c.TTFTNS != nil && c.Server.LoadNS != nil {
		m["ttft_warm"] = float64(*c.TTFTNS - *c.Server.LoadNS)
	}
	chunks := len(c.ChunkNS)
	if chunks == 0 {
		return
	}
	first, last := c.ChunkNS[0], c.ChunkNS[chunks-1]
	if last > 0 {
		m["throughput_client"] = perSecond(c.OutputTokens, last)
	}
	if chunks < 2 || c.OutputTokens < 2 || len(c.Others) > 0 { // the gaps of several choices are nobody's
		return
	}
	m["tpot"] = float64(last-first) / float64(c.OutputTokens-1)
	if last > first { // not so where one read brought all
		m["decode_client"] = perSecond(c.OutputTokens-1, last-first)
	}
	itl := interTokenLatencies(c)
	m["itl_mean"] = float64(last-first) / float64(chunks-1) / c.TokensPerChunk()
	m["itl_p50"] = Quantile(itl, 0.50)
	m["itl_p90"] = Quantile(itl, 0.90)
	m["itl_p99"] = Quantile(itl, 0.99)
	m["itl_max"] = itl[len(itl)-1]
}

// interTokenLatencies gives the gaps between chunks, each divided by the tokens of a chunk, in
// ascending order. Chunks that one read brought have a gap of 0 between them.
func interTokenLatencies(c Call) []float64 {
	var itl []float64
	perChunk := c.TokensPerChunk()
	for i := 1; i < len(c.ChunkNS); i++ {
		itl = append(itl, float64(c.ChunkNS[i]-c.ChunkNS[i-1])/perChunk)
	}
	slices.Sort(itl)
	return itl
}

// TokensPerChunk is the mean over the call. No protocol says how many tokens one chunk holds: Ollama
// sends a token a chunk, but holds back one that ends inside a character and sends it with the next.
func (c Call) TokensPerChunk() float64 { return float64(c.OutputTokens) / float64(len(c.ChunkNS)) }

// Quantile interpolates linearly between order statistics (Hyndman and Fan 1996, type 7); sorted isn't empty.
func Quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}

// perSecond is n / ns in 1/s, in the one order of operations that every rate here uses.
func perSecond(n int, ns int64) float64 { return float64(n) / float64(ns) * 1e9 }

// RunMetrics gives the metrics of a run as a whole under their names, without those of its calls and
// without the workload's own scores.
func RunMetrics(o Outcome) map[string]float64 {
	m := map[string]float64{}
	for name, v := range map[string]int64{
		"workflow_total": o.WorkflowTotalNS, "cpu": o.Resources.CPUNS, "peak_rss": o.Resources.PeakRSSBytes, "calls": int64(len(o.Calls)),
	} {
		if v > 0 { // a run that did not come so far has none of them
			m[name] = float64(v)
		}
	}
	for _, i := range o.Ingests {
		if i.DurationNS > 0 { // else it was not measured
			m["ingest"] += float64(i.DurationNS)
		}
	}
	if o.Observed != nil {
		observedMetrics(m, o)
	}
	return m
}

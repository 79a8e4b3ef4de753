package telemetry

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// page1 is in the manner of vLLM, which counts with Prometheus' client for Python.
const page1 = `# HELP vllm:num_requests_running Number of requests in \n model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="tiny"} 1.0
# TYPE vllm:prompt_tokens_total counter
vllm:prompt_tokens_total{model_name="tiny",engine="0"} 1.5e+03 1700000000000
# TYPE vllm:prompt_tokens_created gauge
vllm:prompt_tokens_created{model_name="tiny"} 1.7e9
# TYPE vllm:ttft_seconds histogram
vllm:ttft_seconds_bucket{le="0.1"} 3
vllm:ttft_seconds_bucket{le="+Inf"} 4
vllm:ttft_seconds_sum 0.25
vllm:ttft_seconds_count 4
# TYPE gc summary
gc{quantile="0.5"} NaN
gc_sum 1
gc_count 2
# a comment, and an empty line

# TYPE odd_count counter
odd_count 3
untyped{path="C:\\dir\n\"x\" \t",} -Inf
`

func TestParseMetrics(t *testing.T) {
	got, err := parseMetrics([]byte(strings.ReplaceAll(page1, "\n", "\r\n")), hostNumbers{})
	want := map[string]metricSample{
		`vllm:num_requests_running{engine="0",model_name="tiny"}`: {gauge, 1},
		`vllm:prompt_tokens_total{engine="0",model_name="tiny"}`:  {counter, 1500},
		`vllm:ttft_seconds_sum`:                                   {counter, 0.25},
		`vllm:ttft_seconds_count`:                                 {counter, 4},
		`gc_sum`:                                                  {counter, 1},
		`gc_count`:                                                {counter, 2},
		`odd_count`:                                               {counter, 3},
		`untyped{path="C:\\dir\n\"x\" \\t"}`:                      {gauge, math.Inf(-1)},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(metricSample{})); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestParseOpenMetrics(t *testing.T) {
	got, err := parseMetrics([]byte(`# TYPE requests counter
# UNIT requests requests
requests_total{code="200"} 7 1700000000.5 # {trace_id="a"} 1 1700000000
requests_created{code="200"} 1700000000
# EOF
what comes after is not read
`), hostNumbers{})
	want := map[string]metricSample{`requests_total{code="200"}`: {counter, 7}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(metricSample{})); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestParseMetricsErrors(t *testing.T) {
	for page, part := range map[string]string{
		"a 1\nb":              "line 2 of the metrics: no value",
		"<html>":              "no value",
		"<html> 1":            "not a name",
		"1a 1":                "not a name",
		"a x":                 "not a number",
		"a 0x10":              "not a number",
		"a 1_0":               "not a number",
		"a 1e999":             "not a number",
		"a 1 soon":            "not a time",
		"a 1 2 3":             "no single value",
		"a{":                  "no name and quoted value",
		"a{b} 1":              "no name and quoted value",
		"a{b=1} 1":            "no name and quoted value",
		`a{b="c} 1`:           "no closing quote",
		`a{b="c\`:             "no closing quote",
		`a{b="c"d="e"} 1`:     "neither a comma nor a brace",
		`a{b="c"`:             "neither a comma nor a brace",
		`a{b="c"}`:            "no single value",
		`{"a",b="c"} 1`:       "not a name",
		"a 1\n\xff\xfe\x00 3": "not a name",
	} {
		if got, err := parseMetrics([]byte(page), hostNumbers{}); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q gives %v, %v, want %q", page, got, err, part)
		}
	}
	var many strings.Builder
	for i := range seriesLimit + 1 {
		fmt.Fprintf(&many, "a%d 1\n", i)
	}
	if _, err := parseMetrics([]byte(many.String()), hostNumbers{}); err == nil || !strings.Contains(err.Error(), "over 20000 series") {
		t.Error(err)
	}
}

// What names a machine is a number, the same on both pages.
func TestMetricsNameNobody(t *testing.T) {
	hosts := hostNumbers{}
	first, _ := parseMetrics([]byte("a{instance=\"rack7.example\",x=\"y\"} 1\n"), hosts)
	second, _ := parseMetrics([]byte("a{Host=\"rack8.example\"} 1\na{instance=\"rack7.example\",x=\"y\"} 2\n"), hosts)
	change := metricsChange(first, second)
	want := &MetricsChange{Counters: map[string]float64{}, Gauges: map[string]Movement{
		`a{instance="1",x="y"}`: {new(1.0), 2}, `a{Host="2"}`: {nil, 1},
	}}
	if diff := cmp.Diff(want, change); diff != "" {
		t.Error(diff)
	}
}

func TestMetricsChange(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	before := map[string]metricSample{
		"same": {gauge, 1}, "moved": {gauge, 1}, "grown": {counter, 5}, "back": {counter, 9}, "still": {counter, 5},
		"nan": {gauge, nan}, "became nan": {gauge, 1}, "became infinite": {gauge, 1}, "overflows": {counter, -math.MaxFloat64}, "gone": {gauge, 1},
	}
	after := map[string]metricSample{
		"same": {gauge, 1}, "moved": {gauge, 3}, "grown": {counter, 7}, "back": {counter, 1}, "still": {counter, 5},
		"nan": {gauge, nan}, "became nan": {gauge, nan}, "became infinite": {gauge, inf}, "overflows": {counter, math.MaxFloat64},
		"new counter": {counter, 2}, "new gauge": {gauge, 4}, "new, at 0": {counter, 0}, "new gauge, at 0": {gauge, 0},
	}
	got := metricsChange(before, after)
	want := &MetricsChange{
		Counters: map[string]float64{"grown": 2, "new counter": 2},
		Gauges:   map[string]Movement{"moved": {new(1.0), 3}, "new gauge": {nil, 4}},
		Reset:    []string{"back"}, Cut: 3,
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
	for i := range changesLimit + 10 {
		after[fmt.Sprintf("many %d", i)] = metricSample{counter, 1}
	}
	if got := metricsChange(before, after); len(got.Counters)+len(got.Gauges)+len(got.Reset) != changesLimit || got.Cut != 3+10+5 {
		t.Errorf("%d counters, %d gauges, %d cut", len(got.Counters), len(got.Gauges), got.Cut)
	}
}

func TestScrape(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "a 1\n") })
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) {
		line := strings.Repeat("# comment\n", 1<<10)
		for range 8 << 20 / len(line) {
			fmt.Fprint(w, line)
		}
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	deaf := func(context.Context) ([]byte, error) { select {} }
	for name, test := range map[string]struct {
		scrape Scrape
		saying string
	}{
		"answers": {ScrapeHTTP(server.Client(), server.URL+"/metrics"), ""},
		"none":    {ScrapeHTTP(server.Client(), server.URL+"/nothing"), "no metrics: it answers 404"},
		"long":    {ScrapeHTTP(server.Client(), server.URL+"/long"), "over 4 MiB"},
		"slow":    {ScrapeHTTP(server.Client(), server.URL+"/slow"), "took over 2s"},
		"deaf":    {deaf, "took over 2s"},
		"refused": {ScrapeHTTP(http.DefaultClient, "http://127.0.0.1:1/metrics"), "cannot be had"},
		"no URL":  {ScrapeHTTP(http.DefaultClient, "http://%"), "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.scrape.samples(t.Context(), hostNumbers{})
			if (err == nil) != (test.saying == "") || err != nil && !strings.Contains(err.Error(), test.saying) || err == nil && len(got) != 1 {
				t.Error(got, err)
			}
			if err != nil && strings.Contains(err.Error(), "127.0.0.1") {
				t.Error("it tells the address:", err)
			}
		})
	}
}

func TestScrapeInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	deaf := Scrape(func(context.Context) ([]byte, error) { select {} })
	if _, err := deaf.samples(ctx, hostNumbers{}); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Error(err)
	}
}

// Whatever a page holds, it is parsed or refused, and a difference can be written as JSON.
func FuzzMetrics(f *testing.F) {
	f.Add([]byte(page1), []byte("a{b=\"c\"} +Inf\n"))
	f.Add([]byte("a{b=\"\\"), []byte("# TYPE a counter\na -0\n# EOF"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		hosts := hostNumbers{}
		before, err := parseMetrics(first, hosts)
		if err != nil {
			return
		}
		after, err := parseMetrics(second, hosts)
		if err != nil {
			return
		}
		if _, err := json.Marshal(metricsChange(before, after)); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkParseMetrics(b *testing.B) {
	var page strings.Builder
	page.WriteString("# TYPE h histogram\n")
	for i := range 2000 {
		fmt.Fprintf(&page, "h_bucket{model_name=\"tiny\",le=\"%d\"} %d\nh_sum{model_name=\"m%d\"} 2.5\n", i, i, i)
	}
	b.SetBytes(int64(page.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseMetrics([]byte(page.String()), hostNumbers{}); err != nil {
			b.Fatal(err)
		}
	}
}

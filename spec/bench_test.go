package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"bench/spec"
)

// cells4000 has 20 × 20 × 10 cells.
func cells4000(rest string) string {
	return sweep("matrix {\n num_gpu = range(20)\n num_ctx = range(256, 276)\n temperature = [for t in range(10) : t / 10]\n" + rest)
}

func BenchmarkConfigurations(b *testing.B) {
	for name, src := range map[string]string{
		"fixed":   cells4000("}\noptions = { top_k = 40 }"),
		"options": cells4000("}\noptions = merge({ top_p = 0.9, top_k = 40, repeat_penalty = 1.1 }, matrix)"),
		"exclude": cells4000("exclude {\n when = matrix.num_gpu == 3 && matrix.num_ctx > 260\n }\n}\noptions = matrix\nbaseline \"default\" {\n paired = true\n}"),
	} {
		b.Run(name, func(b *testing.B) {
			m := load(b, src, nil)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for _, diags := range m.Experiments[0].Configurations() {
					if diags.HasErrors() {
						b.Fatal(diags)
					}
					n++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/configuration")
		})
	}
}

// BenchmarkLoad doubles what is in a spec: the time for each thing has to stay.
func BenchmarkLoad(b *testing.B) {
	for name, source := range map[string]func(n int) string{
		"locals": func(n int) string {
			var s strings.Builder
			s.WriteString("locals {\n x0 = 1\n")
			for i := range n {
				fmt.Fprintf(&s, " x%d = local.x%d + 1\n", i+1, i)
			}
			return s.String() + "}\n"
		},
		"references": func(n int) string {
			var s strings.Builder
			for i := range n {
				fmt.Fprintf(&s, "agent \"a%d\" {\n builtin = \"workflow\"\n}\n", i)
			}
			return s.String() + sweep("agent = agent.a1")
		},
		"axis": func(n int) string { return sweep(fmt.Sprintf("matrix {\n x = range(%d)\n}\noptions = matrix", n)) },
		"steps": func(n int) string {
			var s strings.Builder
			s.WriteString("workload \"w\" {\n step \"s0\" {\n prompt = \"p\"\n}\n")
			for i := range n / 10 {
				fmt.Fprintf(&s, "step \"s%d\" {\n prompt = step.s%d.response\n}\n", i+1, i)
			}
			return s.String() + "}\n"
		},
		"locals in a prompt": func(n int) string {
			locals := repeat(n, func(i int) string { return fmt.Sprintf("  a%d = \"x\"\n", i) })
			prompt := repeat(n, func(i int) string { return fmt.Sprintf("${local.a%d}", i) })
			return "locals {\n" + locals + "}\n" + strings.Replace(sweep(""), "Analyse this.", prompt, 1)
		},
		"includes": func(n int) string {
			return sweep(fmt.Sprintf("matrix {\n x = range(%d)\n dynamic \"include\" {\n for_each = range(-%d)\n content {\n x = include.value - 1\n}\n}\n}\noptions = matrix", 10*n, n))
		},
		"checks": func(n int) string {
			return sweep("") + repeat(n, func(i int) string {
				return fmt.Sprintf("analysis \"a%d\" {\n of = [experiment.sweep]\n metric \"ttft\" {}\n}\ncheck \"c%d\" {\n condition = analysis.a%d.metrics.ttft.all.mean > 0\n error_message = \"no\"\n}\n", i, i, i)
			})
		},
		"reports": func(n int) string {
			return sweep("") + "analysis \"a\" {\n of = [experiment.sweep]\n metric \"ttft\" {}\n}\n" + repeat(n, func(i int) string {
				return fmt.Sprintf("report \"r%d\" {\n template = \"tr-single\"\n analyses = [analysis.a]\n output = \"r%d.md\"\n}\n", i, i)
			})
		},
	} {
		for _, n := range []int{500, 1000, 2000} {
			b.Run(fmt.Sprintf("%s=%d", name, n), func(b *testing.B) {
				dir := write(b, map[string]string{"experiment.hcl": source(n)})
				for b.Loop() {
					if _, diags := spec.Load([]string{dir}, spec.Options{}); diags.HasErrors() {
						b.Fatal(diags)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/thing")
			})
		}
	}
}

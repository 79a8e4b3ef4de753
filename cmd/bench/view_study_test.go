package main

import (
	"strings"
	"testing"
)

func TestFinding(t *testing.T) {
	const text = "TTFT holds 3.5 s of model loading; TTFT − load is 286 ms"
	tests := []struct {
		width int
		want  string
	}{
		{0, "  shown        TTFT holds 3.5 s of model loading; TTFT − load is 286 ms\n"},
		{20, "  shown        TTFT holds 3.5 s of model loading; TTFT − load is 286 ms\n"}, // too narrow for a column
		{50, "  shown        TTFT holds 3.5 s of model loading;\n               TTFT − load is 286 ms\n"},
		{40, "  shown        TTFT holds 3.5 s of model\n               loading; TTFT − load is\n               286 ms\n"},
	}
	for _, test := range tests {
		var b strings.Builder
		if finding(&b, test.width, "shown", text); b.String() != test.want {
			t.Errorf("at %d columns\n%swant\n%s", test.width, b.String(), test.want)
		}
	}
}

package main

import "testing"

func TestSensitivity(t *testing.T) {
	tests := []struct {
		s    sensitivity
		want string
	}{
		{sensitivity{Metric: "throughput", Repeats: 3, Change: 0.0131}, "With 3 repeats a change of 1.3 % or more in throughput would show (80 % power)."},
		{sensitivity{Metric: "throughput", Repeats: 3, Change: 0.0131, More: &more{10, 0.00612}},
			"With 3 repeats a change of 1.3 % or more in throughput would show (80 % power); 10 repeats would show 0.61 %."},
		{sensitivity{Metric: "ttft_warm", Repeats: 3, Change: 0.131, Practical: 0.05, More: &more{12, 0.05}},
			"With 3 repeats a change of 13 % or more in TTFT without loading would show (80 % power); 12 repeats would show 5 %."},
	}
	for _, test := range tests {
		if got := test.s.String(); got != test.want {
			t.Errorf("%q\nwant %q", got, test.want)
		}
	}
}

func TestMoreRepeats(t *testing.T) {
	tests := []struct {
		name    string
		s       sensitivity
		repeats int // 0: there is nothing to say
	}{
		{"few repeats", sensitivity{Repeats: 3, Change: 0.03}, 10},
		{"many repeats", sensitivity{Repeats: 10, Change: 0.013}, 40},
		{"not what matters", sensitivity{Repeats: 3, Change: 0.03, Practical: 0.02}, 6},
		{"what matters shows", sensitivity{Repeats: 3, Change: 0.03, Practical: 0.04}, 0},
	}
	for _, test := range tests {
		got := test.s.more(0.01, 0.95)
		switch {
		case got == nil && test.repeats == 0:
		case got == nil || got.Repeats != test.repeats || got.Change >= test.s.Change:
			t.Errorf("%s: %+v, want %d repeats", test.name, got, test.repeats)
		}
	}
}

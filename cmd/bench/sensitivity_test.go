package main

import "testing"

func TestSensitivity(t *testing.T) {
	tests := []struct {
		s    sensitivity
		want string
	}{
		{sensitivity{Metric: "throughput", Repeats: 3, Change: 0.0131}, "With 3 repeats a change of 1.3 % or more in throughput would show (80 % power)."},
		{sensitivity{Metric: "ttft_warm", Repeats: 3, Change: 0.131, Practical: 0.05, Needs: 12},
			"With 3 repeats a change of 13 % or more in TTFT without loading would show (80 % power); 5 % takes 12 repeats."},
	}
	for _, test := range tests {
		if got := test.s.String(); got != test.want {
			t.Errorf("%q\nwant %q", got, test.want)
		}
	}
}

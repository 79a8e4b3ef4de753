package analysis

import (
	"math"
	"testing"
)

func TestFormat(t *testing.T) {
	ci := Range{-0.000163, 0.002916}
	cases := []struct{ got, want string }{
		{Number(-1.25, 1), "−1.2"},
		{Number(-0.001, 2), "0.00"},
		{Number(3, -2), "3"},
		{Signed(0.5, 1), "+0.5"},
		{Signed(0.001, 2), "0.00"},
		{Signed(-0.5, 1), "−0.5"},
		{Significant(98.765, 3), "98.8"},
		{Significant(9.996, 3), "10.0"},
		{Significant(12345, 3), "12345"},
		{Significant(0.004347, 3), "0.00435"},
		{Significant(-1.5e-9, 2), "−1.5e−09"},
		{Significant(0, 3), "0"},
		{Significant(math.NaN(), 3), "NaN"},
		{Percent(0.0123, 2), "1.23 %"},
		{Share(0.0043476, 3), "0.435 %"},
		{Change(0.00137635, 2), "+0.14 %"},
		{Change(-0.0045, 2), "−0.45 %"},
		{ChangeInterval(0.00137635, &ci, 0.95, 2), "+0.14 % (95 % CI −0.02 to +0.29 %)"},
		{ChangeInterval(0.00137635, &ci, 0.95, 3), "+0.138 % (95 % CI −0.016 to +0.292 %)"},
		{ChangeInterval(0.0061, nil, 0.95, 2), "+0.61 %"},
		{Interval(Range{-16.06e6, -2.48e6}, 0.9, ScaleOf("ns", 290e6), 1), "90 % CI −16.1 to −2.5 ms"},
		{Stated(0.95), "95 %"},
		{Stated(0.003), "0.3 %"},
		{Stated(0.999), "99.9 %"},
		{PValue(0.0765), "p = 0.076"},
		{PValue(0.0963), "p = 0.096"},
		{PValue(0.01037), "p = 0.010"},
		{PValue(0.0997), "p = 0.10"},
		{PValue(0.3), "p = 0.30"},
		{PValue(1), "p = 1.00"},
		{PValue(0.0004), "p < 0.001"},
		{Duration(3.7907e9), "3.79 s"},
		{Duration(285.7e6), "286 ms"},
		{Duration(999.7e6), "1.00 s"},
		{Duration(42_500), "42.5 µs"},
		{Duration(7), "7.00 ns"},
		{Duration(0), "0 ns"},
		{Duration(-9.27e6), "−9.27 ms"},
		{Duration(90e9), "90.0 s"},
		{Duration(35 * 60e9), "35.0 min"},
		{Duration(3 * 3600e9), "3.00 h"},
		{Bytes(1.5 * (1 << 30)), "1.50 GiB"},
		{Bytes(12), "12.0 B"},
		{Quantity(98.83, "tok/s"), "98.8 tok/s"},
		{Quantity(98.83, "1/s"), "98.8 /s"},
		{Quantity(0.25, "1"), "0.250"},
		{Count(1, "run"), "1 run"},
		{Count(3, "run"), "3 runs"},
		{Level(0.8), "0.8"},
		{Level(-1), "−1"},
		{Level(true), "true"},
		{Level("q4_0"), "q4_0"},
		{Title("ttft_warm"), "TTFT without loading"},
		{Title("member.insight.ttft"), "TTFT of insight"},
		{Title("peak_rss"), "peak rss"},
		{DisplayUnit("throughput", "1/s"), "tok/s"},
		{DisplayUnit("requests", "1/s"), "1/s"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

package load

import (
	"testing"
	"time"
)

func TestSLO(t *testing.T) {
	call := map[string]float64{"ttft": 10e6, "tpot": 5e6, "itl_p50": 4e6, "itl_max": 9e6, "e2e": 100e6}
	for name, test := range map[string]struct {
		slo   SLO
		call  map[string]float64
		delay time.Duration
		want  bool
	}{
		"no limit":              {SLO{}, call, 0, true},
		"all kept, just":        {SLO{TTFT: 10 * ms, TPOT: 5 * ms, ITL: 9 * ms, E2E: 100 * ms}, call, 0, true},
		"ttft":                  {SLO{TTFT: 9 * ms}, call, 0, false},
		"ttft, of the schedule": {SLO{TTFT: 10 * ms}, call, 1, false},
		"tpot":                  {SLO{TPOT: 4 * ms}, call, 0, false},
		"the largest gap":       {SLO{ITL: 8 * ms}, call, 0, false},
		"e2e":                   {SLO{E2E: 99 * ms}, call, 0, false},
		"e2e, of the schedule":  {SLO{E2E: 100 * ms}, call, 1, false},
		"one token has no tpot": {SLO{TTFT: ms, TPOT: 1, ITL: 1}, map[string]float64{"ttft": 1e6, "e2e": 1e6}, 0, true},
		"no token":              {SLO{TTFT: ms}, map[string]float64{"e2e": 1e6}, 0, false},
		"no token, no limit":    {SLO{E2E: ms}, map[string]float64{"e2e": 1e6}, 0, true},
	} {
		if got := test.slo.good(test.call, test.delay); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

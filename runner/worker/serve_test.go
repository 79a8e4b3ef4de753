package worker

import (
	"strings"
	"testing"

	"bench/agent"
	"bench/agent/load"
)

// A load of which nothing came says why: its calls failed, they were never to count, or they went on for ever.
func TestLoadOfWhichNothingCame(t *testing.T) {
	refused := &agent.Error{Class: agent.Connect, Message: "nothing listens"}
	cancelled := &agent.Error{Class: agent.Infrastructure, Message: "interrupted"}
	for name, test := range map[string]struct {
		first   *agent.Error
		summary load.Summary
		class   agent.Class
		saying  string
	}{
		"all failed":     {refused, load.Summary{Measured: load.Counts{Scheduled: 3, Failed: 3}}, agent.Connect, "none of 3 calls that count ended well; the first failure: nothing listens"},
		"all went on":    {cancelled, load.Summary{Measured: load.Counts{Scheduled: 3, Cancelled: 3}}, agent.Timeout, "none of 3 calls that count had ended 30s after the load: limit their answers"},
		"none was after": {nil, load.Summary{Warmup: load.Counts{Scheduled: 4}}, agent.InvalidSpec, "none of 4 calls is one that counts"},
	} {
		f := &failures{}
		f.note(test.first)
		if e := f.first(&test.summary); e.Class != test.class || !strings.Contains(e.Message, test.saying) {
			t.Errorf("%s: %v", name, e)
		}
	}
}

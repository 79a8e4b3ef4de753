package runner

import "testing"

// One instance of a model can't be warm for members that have it loaded in different ways: that is told, once.
func TestMembersThatReloadAWarmModel(t *testing.T) {
	const want = "members collector and insight share m and ask for another num_ctx: the server may load it anew whenever the other one calls, so it is not warm for both; give them one num_ctx, or a server each"
	for name, test := range map[string]struct {
		state, collector, insight string
		told                      int
	}{
		"another num_ctx":       {"warm", "num_ctx = 256", "num_ctx = 512", 1},
		"one of them says none": {"warm", "", "num_ctx = 512", 1},
		"the same num_ctx":      {"warm", "num_ctx = 256", "num_ctx = 256", 0},
		"another temperature":   {"warm", "temperature = 0.2", "temperature = 0.8", 0},
		"nobody asks for warm":  {"keep", "num_ctx = 256", "num_ctx = 512", 0},
	} {
		t.Run(name, func(t *testing.T) {
			options := func(text string) string { return "    options = { " + text + " }" }
			got := apply(t, plan(t, module(t, pair+members("  repeats = 2\n  isolation {\n    model = \""+test.state+"\"\n  }", options(test.collector), options(test.insight)))))
			noted := got.of(Noted)
			if got.err != nil || got.tally.Counted != 2 || len(noted) != test.told {
				t.Fatalf("%+v %v, noted: %+v", got.tally, got.err, noted)
			}
			if test.told > 0 && noted[0].Message != want {
				t.Errorf("it says\n%s\nwant\n%s", noted[0].Message, want)
			}
		})
	}
}

package runner

import (
	"context"
	"strings"
	"testing"
	"time"

	"bench/spec"
)

// Runs of two servers in any order never wait for each other for ever, and who is told to stop waiting stops.
func TestExclusion(t *testing.T) {
	one, two := spec.Ref{Block: "server", Kind: "ollama", Name: "one"}, spec.Ref{Block: "server", Kind: "ollama", Name: "two"}
	var x exclusion
	done, waited, err := x.take(t.Context(), []spec.Ref{two, one, two})
	if err != nil || waited {
		t.Fatal(waited, err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, waited, err := x.take(gone, []spec.Ref{one}); !waited || err == nil {
		t.Errorf("waited %t, %v", waited, err)
	}
	ended := make(chan bool)
	go func() {
		other, waited, _ := x.take(t.Context(), []spec.Ref{one, two})
		other()
		ended <- waited
	}()
	time.Sleep(10 * time.Millisecond)
	done()
	if !<-ended {
		t.Error("it did not wait")
	}
}

// However many slots there are, a run that asks for a cold model pays for the whole of its loading.
func TestColdRunsAreMadeOneAtATime(t *testing.T) {
	server := strings.Replace(quickServer, "ttft ", "load_time = \"50ms\"\n  ttft ", 1)
	p := plan(t, module(t, quick+server+experiment("x", "  repeats = 8\n  isolation {\n    model = \"unload\"\n  }")))
	got := applier{parallelism: 4}.apply(t, p)
	if got.err != nil || got.tally.Counted != 8 {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	for _, r := range counted(t, folder(p)) {
		if load := time.Duration(*r.Outcome.Calls[0].Server.LoadNS); load < 50*time.Millisecond {
			t.Errorf("%s: the model was loaded in %s", r.Address, load)
		}
	}
	notes := 0
	for _, e := range got.of(Noted) {
		if strings.Contains(e.Message, "one at a time") {
			notes++
		}
	}
	if notes != 1 {
		t.Errorf("it is told %d times", notes)
	}
}

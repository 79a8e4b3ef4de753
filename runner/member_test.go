package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bench/agent"
	"bench/runner/journal"
)

// pair is two workloads of different length, and a server for both.
const pair = quick + quickServer + `
workload "long" {
  step "read" {
    prompt     = "read it"
    max_tokens = 20
  }

  step "write" {
    prompt     = "write about ${step.read.response}"
    max_tokens = 40
  }
}
`

// members is an experiment of two agents: collector does the long workload and insight the quick one.
func members(attributes, collector, insight string) string {
	member := func(name, own string) string {
		defaults := map[string]string{"server": "server.emulator.s", "workload": map[string]string{"collector": "workload.long", "insight": "workload.w"}[name]}
		for _, argument := range []string{"server", "workload"} {
			if !strings.Contains(own, argument+" ") {
				own += fmt.Sprintf("\n    %s = %s", argument, defaults[argument])
			}
		}
		return fmt.Sprintf("  member %q {\n%s\n  }\n", name, own)
	}
	return "experiment \"x\" {\n  model = \"m\"\n" + attributes + "\n" + member("collector", collector) + member("insight", insight) + "}\n"
}

// Each member has a process, a log and figures of its own; those of the run are of the whole.
func TestMembersRunAtOnce(t *testing.T) {
	m := module(t, pair+members("  repeats = 2\n  warmup = 1", "    options = { num_gpu = 1 }", ""))
	p := plan(t, m)
	got := apply(t, p)
	if got.err != nil || got.tally != (Tally{Planned: 2, Counted: 2}) {
		t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
	}
	audit(t, m)
	for _, r := range counted(t, folder(p)) {
		if len(r.Members) != 2 || len(r.Outcome.Calls) != 0 || len(r.Options) != 0 || r.Server.Name != "s" || r.Model.Name != "m:latest" || len(r.Environment) == 0 {
			t.Fatalf("%+v", r)
		}
		a, b := r.Members[0], r.Members[1]
		if a.Process.PID == b.Process.PID || a.Process.PID == 0 || r.Process.PID != 0 || r.Process.DurationNS < a.Process.DurationNS {
			t.Errorf("processes %+v, %+v of %+v", a.Process, b.Process, r.Process)
		}
		if a.Name != "collector" || b.Name != "insight" || len(a.Outcome.Calls) != 2 || len(b.Outcome.Calls) != 1 || len(a.CallMetrics) != 2 || fmt.Sprint(a.Options) != "map[num_gpu:1]" || len(b.Options) != 0 {
			t.Errorf("members %+v, %+v", a, b)
		}
		first, last := min(*a.StartNS, *b.StartNS), max(*a.StartNS, *b.StartNS)
		if first < 0 || *r.StartSkewNS != last-first || r.Metrics["start_skew"] != float64(last-first) {
			t.Errorf("started %d and %d ns after the release, skew %d", *a.StartNS, *b.StartNS, *r.StartSkewNS)
		}
		if total := float64(max(*a.EndNS, *b.EndNS)); r.Metrics["workflow_total"] != total || total < a.Metrics["workflow_total"] || r.Metrics["calls"] != 3 || r.Metrics["cpu"] != a.Metrics["cpu"]+b.Metrics["cpu"] {
			t.Errorf("the run took %v, its members to %d and %d", r.Metrics, *a.EndNS, *b.EndNS)
		}
	}
	steps := map[string]bool{}
	for _, e := range got.of(Stepped) {
		steps[e.Member+"/"+e.Step] = true
	}
	if len(steps) != 3 || !steps["collector/write"] || !steps["insight/one"] {
		t.Errorf("told of %v", steps)
	}
}

// A run whose member fails fails: with the error of that member, whose class decides whether it is tried again. The other is ended,
// says for whom, and what it had measured is kept.
func TestAMemberFails(t *testing.T) {
	slow := strings.Replace(strings.Replace(quickServer, `"s"`, `"slow"`, 1), "tokens_per_second = 10000", "tokens_per_second = 15", 1)
	gone := "server \"ollama\" \"gone\" {\n  url = \"http://127.0.0.1:1\"\n}\n"
	broken := strings.Replace(quick, `"w"`, `"broken"`, 1)
	broken = strings.TrimSuffix(broken, "}\n") + "  valid {\n    condition = step.one.output_tokens > 100\n    error_message = \"too short\"\n  }\n}\n"
	stalling := strings.Replace(fault("stall"), `"s"`, `"stalling"`, 1)
	for name, test := range map[string]struct {
		more, insight string
		class         agent.Class
		state         journal.State
		message       string
		tries         int
		begun         bool // so that the other has measured something
	}{
		"at once":     {more: gone, insight: "    server = server.ollama.gone", class: agent.Connect, message: "nothing listens at http://127.0.0.1:1", tries: 2},
		"in its call": {more: stalling, insight: "    server = server.emulator.stalling", class: agent.Timeout, message: "100ms (timeouts.", tries: 2, begun: true},
		"by its rule": {more: broken, insight: "    workload = workload.broken\n    server = server.emulator.slow", class: agent.InvalidOutput, state: journal.Invalid, message: "too short", tries: 1, begun: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := module(t, pair+slow+test.more+"\n"+members("  repeats = 1\n"+noPause, "    server = server.emulator.slow", test.insight))
			p := plan(t, m)
			got := apply(t, p)
			if got.err != nil || got.tally != (Tally{Planned: 1, Failed: 1}) {
				t.Fatalf("%+v %v", got.tally, got.err)
			}
			failed := got.of(RunFailed)[0].Error
			if failed.Class != test.class || !strings.HasPrefix(failed.Message, "member insight: ") || !strings.Contains(failed.Message, test.message) {
				t.Errorf("it says %v", failed)
			}
			kept := evidence(t, folder(p))
			if len(kept) != test.tries {
				t.Fatalf("%d attempts are kept", len(kept))
			}
			for _, r := range kept {
				a, b := r.Members[0], r.Members[1]
				if r.State != max(test.state, journal.Failed) || r.Error.Class != test.class || len(r.Metrics)+len(a.Metrics) > 0 || b.Error == nil || "member insight: "+b.Error.Message != r.Error.Message {
					t.Errorf("kept: %s %v, of the member: %v", r.State, r.Error, b.Error)
				}
				if a.Error == nil || a.Error.Message != "ended, since member insight failed" || a.Process.PID == 0 || isAlive(a.Process.PID) || test.begun != (a.StartNS != nil) {
					t.Errorf("the other: %v %+v %v", a.Error, a.Process, a.StartNS)
				}
				if test.begun && (len(a.Outcome.Calls) != 1 || len(a.Outcome.Calls[0].ChunkNS) == 0) {
					t.Errorf("what the other had measured: %+v", a.Outcome.Calls)
				}
			}
		})
	}
}

// When the time is up, the member is to blame that has not ended. One that had stays as it was measured, in a run that does not count.
func TestAMemberTakesLong(t *testing.T) {
	sleepy := strings.Replace(strings.Replace(quickServer, `"s"`, `"sleepy"`, 1), "ttft ", "load_time = \"1h\"\n  ttft ", 1)
	m := module(t, pair+sleepy+members("  repeats = 1\n  timeout = \"2s\"\n  retry {\n    attempts = 1\n  }", "", "    server = server.emulator.sleepy"))
	p := plan(t, m)
	got := apply(t, p)
	want := agent.Error{Class: agent.Timeout, Message: "member insight: the run took longer than its timeout of 2s"}
	if failed := got.of(RunFailed); len(failed) != 1 || *failed[0].Error != want {
		t.Fatalf("%+v %v", failed, got.err)
	}
	r := evidence(t, folder(p))[0]
	if a := r.Members[0]; a.Error != nil || a.EndNS == nil || len(a.Outcome.Calls) != 2 || len(a.Metrics) > 0 {
		t.Errorf("the other: %+v", a)
	}
}

// A member that never gets ready is to blame when the time is up, and not who waits for it. The barrier stays shut.
func TestAMemberIsNeverReady(t *testing.T) {
	calls := 0
	deaf := inProcess(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/api/version":
				<-r.Context().Done()
			case "/api/generate":
				calls++
			}
			h.ServeHTTP(w, r)
		})
	})
	m := module(t, pair+deaf+members("  repeats = 1\n  timeout = \"1s\"\n  retry {\n    attempts = 1\n  }", "", "    server = server.ollama.s"))
	p := plan(t, m)
	got := apply(t, p)
	want := agent.Error{Class: agent.Timeout, Message: "member insight: it was not ready within the run's timeout of 1s"}
	if failed := got.of(RunFailed); len(failed) != 1 || *failed[0].Error != want {
		t.Fatalf("%+v %v", failed, got.err)
	}
	r := evidence(t, folder(p))[0]
	if calls > 0 || len(r.Members[0].Outcome.Calls) > 0 || r.Members[0].StartNS != nil || r.Members[0].Error.Message != "ended, since member insight failed" || r.StartSkewNS != nil {
		t.Errorf("%d calls were made; %+v", calls, r.Members)
	}
}

// A member that is killed from outside is named, the other is ended, and the run is tried again.
func TestAMemberIsKilled(t *testing.T) {
	sign := mark(t)
	slow := strings.Replace(quickServer, "tokens_per_second = 10000", "tokens_per_second = 30", 1)
	m := module(t, strings.Replace(pair, quickServer, slow, 1)+members("  repeats = 1\n"+noPause, "", "    workload = workload.long"))
	p := plan(t, m)
	var once sync.Once
	got := applier{on: func(e Event) {
		if e.Kind == Stepped && e.Step == "write" {
			once.Do(func() {
				for pid := range marked(sign, "bench worker") {
					_ = syscall.Kill(pid, syscall.SIGKILL)
					break
				}
			})
		}
	}}.apply(t, p)
	if got.err != nil || got.tally != (Tally{Planned: 1, Counted: 1}) {
		t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
	}
	r := evidence(t, folder(p))[0]
	victim := slices.IndexFunc(r.Members, func(m journal.Member) bool { return m.Process.Signal == "killed" })
	if victim < 0 || r.Error.Class != agent.Infrastructure || !strings.HasPrefix(r.Error.Message, "member "+r.Members[victim].Name+": the worker was killed from outside") {
		t.Fatalf("%v %+v", r.Error, r.Members)
	}
	if other := r.Members[1-victim]; other.Error == nil || other.Process.Signal != "" || len(other.Outcome.Calls) == 0 {
		t.Errorf("the other: %v %+v", other.Error, other.Process)
	}
	alone(t, sign)
}

// Ctrl-C once: the run under way ends and counts. Twice: its members are killed, and none of them is to blame.
func TestMembersAreStopped(t *testing.T) {
	for _, twice := range []bool{false, true} {
		sign := mark(t)
		slow := strings.Replace(quickServer, "tokens_per_second = 10000", "tokens_per_second = 100", 1)
		m := module(t, strings.Replace(pair, quickServer, slow, 1)+members("  repeats = 3", "", ""))
		p := plan(t, m)
		stop, now := context.WithCancel(t.Context())
		kill, atOnce := context.WithCancel(t.Context())
		got := applier{stop: stop, kill: kill, on: func(e Event) {
			if e.Kind == Stepped {
				now()
				if twice {
					atOnce()
				}
			}
		}}.apply(t, p)
		want := Tally{Planned: 3, Counted: 1, Waiting: 2}
		if twice {
			want = Tally{Planned: 3, Failed: 1, Waiting: 2}
		}
		if !errors.Is(got.err, ErrStopped) || got.tally != want {
			t.Errorf("%+v %v", got.tally, got.err)
		}
		if kept := evidence(t, folder(p)); twice && (len(kept) != 1 || *kept[0].Error != *killed() || *kept[0].Members[1].Error != *killed()) {
			t.Errorf("kept: %+v", kept)
		}
		alone(t, sign)
		atOnce()
	}
}

// Nobody makes a measured call before all are ready.
func TestMembersWaitForTheLast(t *testing.T) {
	var mu sync.Mutex
	looked, late, early := 0, false, 0
	server := inProcess(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			switch r.URL.Path {
			case "/api/ps": // the last thing that a member does before it is ready
				if looked++; looked == 2 {
					late = true
					mu.Unlock()
					time.Sleep(500 * time.Millisecond) // who does not wait has begun by then
					mu.Lock()
					late = false
				}
			case "/api/generate":
				if late || looked < 2 {
					early++
				}
			}
			mu.Unlock()
			h.ServeHTTP(w, r)
		})
	})
	on := "    server = server.ollama.s"
	p := plan(t, module(t, pair+server+members("  repeats = 1", on, on)))
	if got := apply(t, p); got.err != nil || got.tally.Counted != 1 || early > 0 {
		t.Fatalf("%+v %v %v; %d calls were made before all were ready", got.tally, got.err, got.of(RunFailed), early)
	}
}

// What members share is brought into its state once, and all of them see it.
func TestMembersAreIsolatedOnce(t *testing.T) {
	for state, want := range map[string]int{"keep": 0, "unload": 1, "warm": 1} {
		var mu sync.Mutex
		made := 0
		server := inProcess(t, func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(strings.NewReader(string(body)))
				mu.Lock()
				if strings.HasSuffix(r.Header.Get("X-Request-Id"), "/warm") || strings.Contains(string(body), `"keep_alive":0`) {
					made++
				}
				mu.Unlock()
				h.ServeHTTP(w, r)
			})
		})
		on := "    server = server.ollama.s"
		p := plan(t, module(t, pair+server+members("  repeats = 1\n  isolation {\n    model = \""+state+"\"\n  }", on, on)))
		if got := apply(t, p); got.err != nil || got.tally.Counted != 1 {
			t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
		}
		if made != want {
			t.Errorf("%s: the model was brought into its state %d times", state, made)
		}
		r := counted(t, folder(p))[0]
		for _, i := range []journal.Isolation{r.Isolation, r.Members[0].Isolation, r.Members[1].Isolation} {
			if i.Model != state || i.Unloaded != (state == "unload") || i.Warmed != (state == "warm") {
				t.Errorf("%s: %+v", state, i)
			}
		}
	}
}

// Two models are warmed where there is room for one: what a member saw of its own before the other's was made does not count.
func TestMembersLookWhenAllAreIsolated(t *testing.T) {
	var mu sync.Mutex
	loaded, looked := "", make(chan struct{})
	var once sync.Once
	server := inProcess(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/api/ps":
				mu.Lock()
				fmt.Fprintf(w, `{"models":[{"name":"%s:latest"}]}`, loaded)
				mu.Unlock()
				once.Do(func() { close(looked) })
				return
			case strings.HasSuffix(r.Header.Get("X-Request-Id"), "insight/warm"):
				select { // who looks at once looks too early
				case <-looked:
				case <-time.After(time.Second):
				}
				mu.Lock()
				loaded = "second"
				mu.Unlock()
			case strings.HasSuffix(r.Header.Get("X-Request-Id"), "collector/warm"):
				mu.Lock()
				loaded = "first"
				mu.Unlock()
			}
			h.ServeHTTP(w, r)
		})
	})
	on := "    server = server.ollama.s\n    model = "
	p := plan(t, module(t, pair+server+members("  repeats = 1\n  isolation {\n    model = \"warm\"\n  }", on+`"first"`, on+`"second"`)))
	got := apply(t, p)
	if failed := got.of(RunFailed); len(failed) != 1 || !strings.HasPrefix(failed[0].Error.Error(), "bad_request: member collector: first:latest was warmed and is not loaded") {
		t.Errorf("%+v %v", got.tally, failed)
	}
}

// A run with members takes one slot; its one log says who wrote which line.
func TestMembersTakeOneSlot(t *testing.T) {
	gone := "server \"ollama\" \"gone\" {\n  url = \"http://127.0.0.1:1\"\n}\n"
	m := module(t, pair+gone+"target \"local\" \"t\" {\n  parallelism = 2\n}\n"+members("  repeats = 2\n  target = target.local.t\n"+noPause, "", "    server = server.ollama.gone"))
	p := plan(t, m)
	got := apply(t, p)
	for _, e := range got.of(Started) {
		if e.Slot < 1 || e.Slot > 2 {
			t.Errorf("slot %d", e.Slot)
		}
	}
	log, err := os.ReadFile(filepath.Join(folder(p), "all", ".attempts", "run_1.1.log"))
	if err != nil || !strings.Contains(string(log), "insight: connect: ") || strings.Contains(string(log), "\nconnect: ") {
		t.Errorf("the log says %q %v", log, err)
	}
}

// What changes in a member makes the run stale, and is told with its name.
func TestStaleMember(t *testing.T) {
	text := pair + members("  repeats = 1", "", "    options = { num_gpu = 80 }")
	m := module(t, text)
	apply(t, plan(t, m))
	apart := strings.Replace(quickServer, `"s"`, `"t"`, 1) + pair + members("  repeats = 1", "", "    options = { num_gpu = 80 }\n    server = server.emulator.t")
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"nothing":             {text, nil},
		"an option":           {strings.Replace(text, "num_gpu = 80", "num_gpu = 60", 1), []string{"member insight: option num_gpu changed: 80 → 60"}},
		"a prompt":            {strings.Replace(text, "say something", "say nothing", 1), []string{"member insight: prompt of step one changed: "}},
		"its model":           {strings.Replace(text, "num_gpu = 80 }", "num_gpu = 80 }\n    model = \"n\"", 1), []string{"member insight: model changed: m → n"}},
		"the other's model":   {strings.Replace(text, "member \"collector\" {", "member \"collector\" {\n    model = \"n\"", 1), []string{"member collector: model changed: m → n"}},
		"what they share":     {apart, []string{"members on one server changed: collector + insight → (none)"}},
		"one more":            {strings.TrimSuffix(text, "}\n") + "  member \"extra\" {\n    server = server.emulator.s\n    workload = workload.w\n  }\n}\n", []string{"members changed: collector, insight → collector, extra, insight", "members on one server changed: "}},
		"the order of blocks": {pair + swapped(members("  repeats = 1", "", "    options = { num_gpu = 80 }")), nil},
	} {
		write(t, m.Dir, map[string]string{"experiment.hcl": test.text})
		var got []string
		for _, r := range todoOf(plan(t, loadModule(t, m.Dir))) {
			for _, why := range r.Reasons {
				got = append(got, why.String())
			}
		}
		if !slices.EqualFunc(got, test.want, strings.HasPrefix) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// swapped puts the second member first.
func swapped(text string) string {
	head, rest, _ := strings.Cut(text, "  member \"collector\"")
	collector, insight, _ := strings.Cut(rest, "  member \"insight\"")
	return head + "  member \"insight\"" + strings.TrimSuffix(insight, "}\n") + "  member \"collector\"" + collector + "}\n"
}

// Each member is measured alone as well, once for each setup, beside the first configuration that has it; its record is one of a run of
// one agent.
func TestSolo(t *testing.T) {
	m := module(t, pair+members("  repeats = 2\n  solo = true\n  order = \"sequential\"\n  matrix {\n    num_gpu = [60, 80]\n  }", "", "    options = { num_gpu = matrix.num_gpu }"))
	p := plan(t, m)
	var order []string
	for r := range p.Runs() {
		if r.Address.Repeat == 1 {
			order = append(order, r.Address.Configuration)
		}
	}
	if want := []string{"gpu60", "solo_insight_gpu60", "solo_collector", "gpu80", "solo_insight_gpu80"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	got := apply(t, p)
	if got.err != nil || got.tally != (Tally{Planned: 10, Counted: 10}) {
		t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
	}
	audit(t, m)
	for _, r := range counted(t, folder(p)) {
		member, alone := strings.CutPrefix(r.Arm, "solo_")
		switch {
		case !alone && (len(r.Members) != 2 || r.Solo != ""):
			t.Errorf("%s: %+v", r.Address, r)
		case alone && (r.Solo != member || len(r.Members) > 0 || len(r.Outcome.Calls) == 0 || r.StartSkewNS != nil || r.Process.PID == 0):
			t.Errorf("%s: %+v", r.Address, r)
		}
	}
}

// A server that is gone is given up once, however many members use it, and so are the runs of those that need it beside another.
func TestMembersOfAServerThatIsGone(t *testing.T) {
	gone := "server \"ollama\" \"gone\" {\n  url = \"http://127.0.0.1:1\"\n}\n"
	m := module(t, pair+gone+members("  repeats = 5\n  retry {\n    attempts = 1\n  }", "    server = server.ollama.gone", "    server = server.ollama.gone"))
	got := apply(t, plan(t, m))
	if got.err != nil || got.tally != (Tally{Planned: 5, Failed: 3, Waiting: 2}) {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	noted := got.of(Noted)
	if len(noted) != 1 || !strings.HasPrefix(noted[0].Message, "server.ollama.gone could not be reached by 3 runs in a row, so 2 more are left for later") {
		t.Errorf("noted: %v", noted)
	}
}

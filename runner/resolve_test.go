package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/agent/servicetest"
	"bench/agent/wire"
	"bench/runner/journal"
	"bench/spec"
)

// resolve has a module's lock know what is found out.
func resolve(t *testing.T, m *spec.Module, servers *Servers, all bool) *Resolution {
	t.Helper()
	found, err := Resolve(t.Context(), plan(t, m), servers, all)
	if err != nil {
		t.Fatal(err)
	}
	m.Lock = found.Lock
	return found
}

// factsOf gives changes and what could not be found out, as a reader sees them.
func factsOf(found *Resolution) []string {
	var lines []string
	for _, c := range found.Changes {
		lines = append(lines, c.String())
	}
	for _, u := range found.Unresolved {
		lines = append(lines, fmt.Sprintf("%s? %s", u.Fact, u.Err))
	}
	return lines
}

// A registry is a server whose version and whose models can be other ones from one moment to the next.
type registry struct {
	http.Handler
	version, digest atomic.Value // strings
	asked           atomic.Int64
}

func newRegistry(t *testing.T) (r *registry, block string) {
	r = &registry{}
	r.version.Store("0.6.5")
	r.digest.Store(strings.Repeat("3f2a", 16))
	return r, inProcess(t, func(h http.Handler) http.Handler { r.Handler = h; return r })
}

func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.asked.Add(1)
	switch req.URL.Path {
	case "/api/version":
		_ = json.NewEncoder(w).Encode(wire.VersionResponse{Version: r.version.Load().(string)})
	case "/api/tags":
		_ = json.NewEncoder(w).Encode(wire.TagsResponse{Models: []wire.Tag{{Name: "m:latest", Digest: r.digest.Load().(string)}}})
	default:
		r.Handler.ServeHTTP(w, req)
	}
}

// A model that was pulled again, and a server of another version, make runs stale as soon as somebody asks; a plan does not.
func TestResolve(t *testing.T) {
	r, server := newRegistry(t)
	m := module(t, quick+server+on("server.ollama.s", "  repeats = 1"))
	want := []string{"agent.builtin digest: (none) → builtin workflow, instrument 2", "server.ollama.s version: (none) → 0.6.5", "server.ollama.s model m: (none) → sha256 3f2a3f…"}
	if diff := cmp.Diff(want, factsOf(resolve(t, m, nil, false))); diff != "" {
		t.Error(diff)
	}
	if got := apply(t, plan(t, m)); got.err != nil || got.tally.Counted != 1 {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	audit(t, m)

	r.version.Store("0.7.0")
	r.digest.Store(strings.Repeat("91cc", 16))
	before := r.asked.Load()
	if found := resolve(t, m, nil, false); len(factsOf(found)) > 0 || r.asked.Load() != before {
		t.Errorf("nothing is to run, and yet %q; %d requests", factsOf(found), r.asked.Load()-before)
	}
	want = []string{"server.ollama.s version: 0.6.5 → 0.7.0", "server.ollama.s model m: sha256 3f2a3f… → sha256 91cc91…"}
	if diff := cmp.Diff(want, factsOf(resolve(t, m, nil, true))); diff != "" {
		t.Error(diff)
	}
	want = []string{"model digest changed: sha256 3f2a3f… → 91cc91…", "server version changed: 0.6.5 → 0.7.0"}
	if diff := cmp.Diff(want, reasons(plan(t, m))); diff != "" {
		t.Error(diff)
	}
}

// What is not known is no change: neither for records from before there was a lock, nor where it is gone.
func TestRecordsFromBeforeALock(t *testing.T) {
	_, server := newRegistry(t)
	m := module(t, quick+server+on("server.ollama.s", "  repeats = 2"))
	apply(t, plan(t, m))
	for _, all := range []bool{false, true} {
		resolve(t, m, nil, all)
		audit(t, m)
	}
	m.Lock = nil
	if err := os.Remove(filepath.Join(folder(plan(t, m)), "all", "run_1.json")); err != nil {
		t.Fatal(err)
	}
	resolve(t, m, nil, false)
	if got := apply(t, plan(t, m)); got.err != nil || got.tally != (Tally{Planned: 2, Before: 1, Counted: 1}) {
		t.Fatalf("%+v %v", got.tally, got.err)
	}
	for r := range plan(t, m).Runs() {
		record := must(journal.Read(filepath.Join(folder(plan(t, m)), "all", r.Address.File()+".json")))
		if _, known := record.Identity[modelPart]; known != (r.Address.Repeat == 1) || !r.Fits(&record) {
			t.Errorf("%s: it fits: %t; %v", r.Address, r.Fits(&record), record.Identity)
		}
		record.Hash = Digest(nil)
		if r.Fits(&record) {
			t.Errorf("%s fits though it was altered", r.Address)
		}
	}
	m.Lock = nil
	if left := todoOf(plan(t, m)); len(left) > 0 {
		t.Errorf("without the lock: %v", left[0].Reasons)
	}
}

// Another model that is asked for is one reason, not two.
func TestAnotherModelIsOneReason(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, full)
	m := loadModule(t, dir)
	resolve(t, m, nil, true)
	pretend(t, plan(t, m))
	write(t, dir, changed(t, "experiment.hcl", `"m"`, `"n"`))
	m = loadModule(t, dir)
	resolve(t, m, nil, true)
	if diff := cmp.Diff([]string{"model changed: m → n"}, reasons(plan(t, m))); diff != "" {
		t.Error(diff)
	}
}

// A run that met another model than was planned with does not count, and no other follows it.
func TestServerChangesMeanwhile(t *testing.T) {
	r, server := newRegistry(t)
	m := module(t, quick+server+on("server.ollama.s", "  repeats = 3"))
	resolve(t, m, nil, false)
	p := plan(t, m)
	r.digest.Store(strings.Repeat("91cc", 16))
	got := apply(t, p)
	if want := "model digest changed: sha256 3f2a3f… → 91cc91…, after the plan was made: apply again"; got.err == nil || !strings.HasSuffix(got.err.Error(), want) {
		t.Errorf("%v, want %s", got.err, want)
	}
	if got.tally != (Tally{Planned: 3, Failed: 1, Waiting: 2}) {
		t.Errorf("%+v", got.tally)
	}
	if kept := evidence(t, folder(p)); len(kept) != 1 || kept[0].State != journal.Invalid || !strings.Contains(kept[0].Error.Message, "not what was planned with") {
		t.Errorf("%+v", kept)
	}
}

// A server is started once, for questions and runs; of two that can't live together the one that is needed first is left running.
func TestServersAreStartedOnce(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	m := module(t, quick+kept("a", port, anEmulator(port))+kept("b", port, anEmulator(port))+
		strings.Replace(experiment("x", "  repeats = 1\n  order = \"blocks\"\n  matrix {\n    server = [server.ollama.a, server.ollama.b]\n  }"), "server.emulator.s\n", "matrix.server\n", 1))
	if found := resolve(t, m, nil, true); len(found.Unresolved) != 2 || len(marked(sign, "")) > 0 {
		t.Errorf("%q, started: %v", factsOf(found), marked(sign, ""))
	}
	servers := NewServers(m, program)
	defer servers.Stop()
	found := resolve(t, m, servers, false)
	if len(found.Unresolved) > 0 || len(found.Changes) != 4 {
		t.Fatalf("%q", factsOf(found))
	}
	left := servers.running[spec.Ref{Block: "server", Kind: "ollama", Name: "a"}]
	if left == nil || len(servers.running) != 1 {
		t.Fatalf("running: %v", servers.running)
	}
	tally, err := Apply(t.Context(), t.Context(), plan(t, m), Options{Executable: program, Servers: servers, Tell: func(e Event) {
		if e.Kind == Counted && e.Address.Configuration == "server-a" && servers.running[spec.Ref{Block: "server", Kind: "ollama", Name: "a"}] != left {
			t.Error("it was started again")
		}
	}})
	if err != nil || tally.Counted != 2 {
		t.Fatalf("%+v %v", tally, err)
	}
	servers.Stop()
	alone(t, sign)
}

// What is not there is told with what it is, and keeps what the lock knows of it.
func TestUnresolved(t *testing.T) {
	r, server := newRegistry(t)
	m := module(t, quick+server+"server \"ollama\" \"away\" {\n  url = \"http://127.0.0.1:9\"\n}\nserver \"emulator\" \"e\" {\n  models = [\"other\"]\n}\n"+
		strings.Replace(experiment("x", "  matrix {\n    server = [server.ollama.s, server.ollama.away, server.emulator.e]\n    model = [\"m\", \"none\"]\n  }"), "server.emulator.s\n  workload = workload.w\n  model = \"m\"", "matrix.server\n  workload = workload.w\n  model = matrix.model", 1))
	r.version.Store("0.6\n.5")
	m.Lock = &spec.Lock{}
	away := spec.Fact{Of: spec.Ref{Block: "server", Kind: "ollama", Name: "away"}}
	m.Lock.Set(away, "0.5.0")
	got := strings.Join(factsOf(resolve(t, m, nil, true)), "\n")
	for _, want := range []string{
		"server.emulator.e version: (none) → emulator-1\n", "server.emulator.e model none? the emulator has no model of that name\n",
		"server.ollama.away version? connect: nothing listens at http://127.0.0.1:9", "server.ollama.s version? what it says of itself can't be kept: \"\"\n",
		"server.ollama.s model m: (none) → sha256 3f2a3f…\n", "server.ollama.s model none? ",
	} {
		if !strings.Contains(got+"\n", want) {
			t.Errorf("it is not told: %q\n%s", want, got)
		}
	}
	if m.Lock.Value(away) != "0.5.0" || strings.Count(got, "away") != 1 {
		t.Errorf("%q; %s", m.Lock.Value(away), got)
	}
}

// No server is started beside the runs of another apply.
func TestResolveLeavesAloneWhatIsUnderWay(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	m := module(t, quick+quickServer+kept("s", port, anEmulator(port))+on("server.ollama.s", "  repeats = 1")+experiment("y", "  repeats = 1"))
	p := plan(t, m)
	j := must(journal.Open(folder(p), "elsewhere"))
	defer j.Close()
	servers := NewServers(m, program)
	defer servers.Stop()
	found, err := Resolve(t.Context(), p, servers, false)
	if err != nil || len(found.Unresolved) > 0 || found.Lock.Value(spec.Fact{Of: spec.Ref{Block: "server", Kind: "emulator", Name: "s"}}) == "" {
		t.Errorf("%v, %v", err, found)
	}
	_, err = Resolve(t.Context(), scoped(t, m, Scope{Only: []spec.Address{{Experiment: "x"}}}), servers, false)
	if _, inUse := errors.AsType[*journal.InUseError](err); !inUse || !strings.HasPrefix(err.Error(), "experiment.x: ") {
		t.Errorf("%v", err)
	}
	if len(marked(sign, "")) > 0 {
		t.Errorf("started: %v", marked(sign, ""))
	}
}

// On a real server: the lock has what it says of itself and of its model, and a run fits that.
func TestResolveOnOllama(t *testing.T) {
	url := servicetest.Ollama(t)
	m := module(t, quick+fmt.Sprintf("server \"ollama\" \"s\" {\n  url = %q\n}\n", url)+strings.Replace(on("server.ollama.s", "  repeats = 1"), `"m"`, `"tiny"`, 1))
	resolve(t, m, nil, false)
	resp := must(http.Get(url + "/api/tags"))
	defer resp.Body.Close()
	var tags wire.TagsResponse
	if err := json.NewDecoder(resp.Body).Decode(&tags); err != nil {
		t.Fatal(err)
	}
	s := spec.Ref{Block: "server", Kind: "ollama", Name: "s"}
	for _, tag := range tags.Models {
		if got := m.Lock.Value(spec.Fact{Of: s, Model: "tiny"}); tag.Name == "tiny:latest" && got != spec.DigestName+tag.Digest {
			t.Errorf("%q, and the server says %q", got, tag.Digest)
		}
	}
	if m.Lock.Value(spec.Fact{Of: s, Model: "tiny"}) == "" || m.Lock.Value(spec.Fact{Of: s}) == "" {
		t.Errorf("%s", m.Lock.Bytes())
	}
	if got := apply(t, plan(t, m)); got.err != nil || got.tally.Counted != 1 {
		t.Fatalf("%+v %v %v", got.tally, got.err, got.of(RunFailed))
	}
	audit(t, m)
}

// BenchmarkResolve doubles the models of an axis: the time for each has to stay.
func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{10_000, 20_000, 40_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			run := &section{plan: &Plan{Module: &spec.Module{}}, experiment: &spec.Experiment{}}
			for i := range n {
				run.configs = append(run.configs, config{setup: int32(i)})
				run.setups = append(run.setups, &setup{members: []*member{{Setup: Setup{Model: fmt.Sprint("m", i)}}}})
				run.turns = append(run.turns, turn{config: int32(i)})
			}
			for b.Loop() {
				if got := needs([]*section{run}, true); len(got) != 1 || len(got[0].models) != n {
					b.Fatalf("%d servers", len(got))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/model")
		})
	}
}

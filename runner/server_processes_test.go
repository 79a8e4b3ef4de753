package runner

import (
	"net"
	"runtime"
	"testing"

	"bench/agent/telemetry"
	"bench/spec"
)

// A worker is told which processes are the server's: of one with a command what its keeper has started, and not only what listens.
func TestServerProcessesAreBelowTheKeeper(t *testing.T) {
	onlyWhereProcessesAreSeen(t)
	port := freePort(t)
	launcher := `["sh", "-c", "` + program + ` emulate -listen 127.0.0.1:` + port + ` -ttft 1ms -tokens-per-second 10000 & wait"]`
	p := plan(t, module(t, quick+kept("s", port, launcher)+on("server.ollama.s", "  repeats = 1")))
	if got := apply(t, p); got.err != nil {
		t.Fatal(got.err)
	}
	seen := counted(t, folder(p))[0].Outcome.Observed
	if seen == nil || seen.Server == nil || seen.Server.Name != "sh" || seen.Server.Processes != 2 {
		t.Errorf("%+v", seen)
	}
}

// An emulator is known without a look for it.
func TestServerProcessesOfAnEmulator(t *testing.T) {
	onlyWhereProcessesAreSeen(t)
	s := NewServers(module(t, quick+quickServer+experiment("x", "  repeats = 1")), program)
	defer s.Stop()
	emulator := spec.Ref{Block: "server", Kind: "emulator", Name: "s"}
	_, done, err := s.use(t.Context(), emulator, t.TempDir(), func(Event) {})
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	pid := s.running[emulator].pid
	if found := s.processes(t.Context(), emulator); found == nil || found.Processes[0].PID != pid || !found.Childless {
		t.Errorf("%d: %+v", pid, found)
	}
}

// A server that somebody else has started is looked for once, and again once it is gone. One that is not found is left to the workers.
func TestServerProcessesOfOthers(t *testing.T) {
	onlyWhereProcessesAreSeen(t)
	port := freePort(t)
	m := module(t, quick+"server \"ollama\" \"o\" {\n  url = \"http://127.0.0.1:"+port+"\"\n}\n"+on("server.ollama.o", "  repeats = 1"))
	ref := spec.Ref{Block: "server", Kind: "ollama", Name: "o"}
	find := func(s *Servers) *telemetry.Server { return s.processes(t.Context(), ref) }
	begin := func() *command {
		c := start(t, "emulate", "-listen", "127.0.0.1:"+port)
		if !eventually(func() bool {
			conn, err := net.Dial("tcp", "127.0.0.1:"+port)
			if err == nil {
				_ = conn.Close()
			}
			return err == nil
		}) {
			t.Fatal("the server does not listen")
		}
		return c
	}
	late, s := NewServers(m, program), NewServers(m, program)
	if found := find(late); found != nil {
		t.Errorf("of a server that is not there: %+v", found)
	}
	for range 2 {
		c := begin()
		found := find(s)
		if found == nil || found.Processes[0].PID != c.Process.Pid {
			t.Fatalf("%d: %+v", c.Process.Pid, found)
		}
		if again := find(s); again != found {
			t.Error("it is looked for again")
		}
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	begin()
	if found := find(late); found != nil {
		t.Errorf("it is looked for again: %+v", found)
	}
}

func onlyWhereProcessesAreSeen(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are found in Linux' /proc only")
	}
}

package runner

import (
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"bench/agent"
	"bench/runner/caplog"
	"bench/runner/journal"
)

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

// kept is a server that bench starts with a command.
func kept(name, port, command string) string {
	return fmt.Sprintf("server \"ollama\" %q {\n  url     = \"http://127.0.0.1:%s\"\n  command = %s\n  env     = { SIGN = %q }\n  ready {\n    timeout = \"10s\"\n  }\n}\n", name, port, command, name)
}

// anEmulator stands for a server that somebody else made.
func anEmulator(port string) string {
	return fmt.Sprintf("[%q, \"emulate\", \"-listen\", \"127.0.0.1:%s\", \"-ttft\", \"1ms\", \"-tokens-per-second\", \"10000\"]", program, port)
}

func on(server, attributes string) string {
	return strings.Replace(experiment("x", attributes+noPause), "server.emulator.s", server, 1)
}

// A server with a command is started once, for all runs, and is gone after them.
func TestManagedServer(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	m := module(t, quick+kept("s", port, anEmulator(port))+on("server.ollama.s", "  repeats = 3"))
	seen := map[int]string{}
	p := plan(t, m)
	got := applier{on: func(e Event) {
		if e.Kind == Called {
			for pid, line := range marked(sign, "emulate -listen") {
				if !strings.Contains(line, "keep --") {
					seen[pid] = line
				}
			}
		}
	}}.apply(t, p)
	if got.err != nil || got.tally.Counted != 3 || len(seen) != 1 {
		t.Errorf("%+v %v; servers: %v", got.tally, got.err, seen)
	}
	if left := marked(sign, ""); len(left) > 0 { // when Apply returns, not some time later
		t.Errorf("left over: %v", left)
	}
	if r := counted(t, folder(p))[0]; r.Server != (journal.Server{Kind: "ollama", Name: "s", URL: "http://127.0.0.1:" + port, Version: "emulator-1"}) {
		t.Errorf("recorded: %+v", r.Server)
	}
}

// Bench is killed: so are the keeper's server and the emulator.
func TestServersDieWithBench(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	m := module(t, quick+faulty(`  load_time = "1h"`)+"\n"+kept("s", port, anEmulator(port))+
		strings.Replace(on("server.ollama.s", "  repeats = 1"), `"x"`, `"a"`, 1)+experiment("b", "  repeats = 1"))
	c := start(t, "apply", filepath.Join(m.Dir, "experiment.hcl"))
	if !eventually(func() bool {
		return len(marked(sign, "worker")) == 1 && len(marked(sign, "-config")) == 1 && len(marked(sign, "keep --")) == 1 && len(marked(sign, "emulate")) == 3
	}) {
		t.Fatalf("%v\n%s", marked(sign, ""), c.out.String())
	}
	_ = c.Process.Kill()
	_ = c.Wait()
	alone(t, sign)
}

// A server that ended by itself is started again, and that is told.
func TestServerThatEndedIsStartedAgain(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	for name, test := range map[string]struct{ block, address, sign string }{
		"command":  {kept("s", port, anEmulator(port)), "server.ollama.s", "emulate -listen"},
		"emulator": {quickServer, "server.emulator.s", "-config"},
	} {
		t.Run(name, func(t *testing.T) {
			m := module(t, quick+test.block+on(test.address, "  repeats = 4"))
			p := plan(t, m)
			got := applier{on: func(e Event) {
				if e.Kind == Counted && e.Address.Repeat == 2 {
					for pid, line := range marked(sign, test.sign) {
						if !strings.Contains(line, "keep --") {
							_ = syscall.Kill(pid, syscall.SIGKILL)
						}
					}
					eventually(func() bool { return len(marked(sign, "emulate")) == 0 })
				}
			}}.apply(t, p)
			if got.err != nil || got.tally.Counted != 4 {
				t.Errorf("%+v %v", got.tally, got.err)
			}
			noted := got.of(Noted)
			if len(noted) != 1 || !strings.HasPrefix(noted[0].Message, test.address+" ended by itself (") || !strings.HasSuffix(noted[0].Message, test.address+".log") {
				t.Errorf("noted: %+v", noted)
			}
			alone(t, sign)
		})
	}
}

// Two servers with a command never run at once, whatever the order of the runs; here they want the same port.
func TestServersThatCanNotLiveTogether(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	m := module(t, quick+kept("a", port, anEmulator(port))+kept("b", port, anEmulator(port))+"target \"local\" \"t\" {\n  parallelism = 3\n}\n"+
		strings.Replace(experiment("x", "  repeats = 3\n  target = target.local.t\n  matrix {\n    server = [server.ollama.a, server.ollama.b]\n  }"+noPause), "server.emulator.s\n", "matrix.server\n", 1))
	got := applier{on: func(e Event) {
		if e.Kind == Called {
			if n := len(marked(sign, "keep --")); n != 1 {
				t.Errorf("%d servers are kept at once", n)
			}
			for pid := range marked(sign, "emulate -listen") {
				env := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))))
				if want := "SIGN=" + strings.TrimPrefix(e.Address.Configuration, "server-"); !strings.Contains(env, want+"\x00") {
					t.Errorf("%s is made on another server", e.Address)
				}
			}
		}
	}}.apply(t, plan(t, m))
	if got.err != nil || got.tally.Counted != 6 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	alone(t, sign)
}

// Several runs wait for a server at once: it is started once, and none of them fails.
func TestServerIsStartedOnceForAllWhoWait(t *testing.T) {
	sign := mark(t)
	one, other := freePort(t), freePort(t)
	m := module(t, quick+kept("a", one, anEmulator(one))+kept("b", other, anEmulator(other))+"target \"local\" \"t\" {\n  parallelism = 6\n}\n"+
		strings.Replace(experiment("x", "  repeats = 3\n  target = target.local.t\n  retry {\n    attempts = 1\n  }\n  matrix {\n    server = [server.ollama.a, server.ollama.b]\n  }"), "server.emulator.s\n", "matrix.server\n", 1))
	got := apply(t, plan(t, m))
	if got.err != nil || got.tally.Counted != 6 || len(got.of(Retried)) > 0 {
		t.Errorf("%+v %v, failed: %v", got.tally, got.err, got.of(RunFailed))
	}
	alone(t, sign)
}

// An emulator wants nothing that another server has: it goes on beside one with a command.
func TestEmulatorLivesBesideAServer(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	m := module(t, quick+quickServer+kept("a", port, anEmulator(port))+
		strings.Replace(experiment("x", "  repeats = 2\n  matrix {\n    server = [server.emulator.s, server.ollama.a]\n  }"+noPause), "server.emulator.s\n", "matrix.server\n", 1))
	seen := map[int]string{}
	got := applier{on: func(e Event) {
		if e.Kind == Called {
			maps.Copy(seen, marked(sign, "emulate -config"))
		}
	}}.apply(t, plan(t, m))
	if got.err != nil || got.tally.Counted != 4 || len(seen) != 1 {
		t.Errorf("%+v %v; emulators: %v", got.tally, got.err, seen)
	}
	alone(t, sign)
}

func TestServerThatDoesNotStart(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	elsewhere := strings.TrimPrefix(strings.Split(inProcess(t, same), `"`)[5], "http://127.0.0.1:")
	for name, test := range map[string]struct{ port, command, want string }{
		"it ends":         {port, `["sh", "-c", "echo why >&2; exit 3"]`, "server.ollama.s: sh ended before it was ready (exit code 3); its log DIR/runs/x/server.ollama.s.log ends with \"why\""},
		"never ready":     {port, `["sleep", "100"]`, "server.ollama.s: sleep was not ready at http://127.0.0.1:" + port + "/api/version after 200ms; its log is DIR/runs/x/server.ollama.s.log"},
		"another answers": {elsewhere, `["sleep", "100"]`, "server.ollama.s: something answers at http://127.0.0.1:" + elsewhere + ` already: stop it, or take "command" out of the spec to measure it`},
	} {
		t.Run(name, func(t *testing.T) {
			m := module(t, quick+strings.Replace(kept("s", test.port, test.command), `"10s"`, `"200ms"`, 1)+on("server.ollama.s", "  repeats = 4"))
			p := plan(t, m)
			got := apply(t, p)
			if got.tally != (Tally{Planned: 4, Failed: 3, Waiting: 1}) || got.err != nil || len(got.of(Noted)) != 1 || len(got.of(RunFailed))+len(got.of(Retried)) != 6 {
				t.Errorf("%+v %v, noted: %v, retried: %d", got.tally, got.err, got.of(Noted), len(got.of(Retried)))
			}
			want := "connect: " + strings.ReplaceAll(test.want, "DIR", m.Dir)
			if failed := got.of(RunFailed); failed[0].Error.Error() != want {
				t.Errorf("it says\n%s\nwant\n%s", failed[0].Error, want)
			}
			if name == "it ends" {
				if log := string(must(os.ReadFile(filepath.Join(folder(p), "server.ollama.s.log")))); log != strings.Repeat("why\n", 6) {
					t.Errorf("the log of 6 attempts holds %q", log)
				}
			}
			alone(t, sign)
		})
	}
}

// Where the program of a server is not there, or may not be executed, nothing is begun.
func TestServerWithoutAProgram(t *testing.T) {
	for name, test := range map[string]struct{ command, want string }{
		"in PATH":      {"no-such-program", "there is no program no-such-program in PATH: install it, or %s"},
		"in a folder":  {"./no-such-file", "there is no program DIR/no-such-file: put it there, or %s"},
		"not for this": {"./serve", "DIR/serve may not be executed: allow it with `chmod +x`, or %s"},
	} {
		t.Run(name, func(t *testing.T) {
			m := module(t, quick+kept("s", freePort(t), fmt.Sprintf("[%q]", test.command))+on("server.ollama.s", "  repeats = 4"))
			if err := os.WriteFile(filepath.Join(m.Dir, "serve"), []byte("#!/bin/sh\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			p := plan(t, m)
			got := apply(t, p)
			want := "experiment.x: server.ollama.s: " + fmt.Sprintf(strings.ReplaceAll(test.want, "DIR", m.Dir), `write the path of another into "command"`)
			if got.err == nil || got.err.Error() != want || got.tally != (Tally{Planned: 4, Waiting: 4}) || len(got.events) > 0 {
				t.Errorf("%+v, events %v\n%v, want\n%s", got.tally, got.events, got.err, want)
			}
			if begun := lines(t, folder(p)); len(begun) > 0 {
				t.Errorf("journal: %v", begun)
			}
		})
	}
}

// A program that goes away meanwhile is the fault of the spec: no further try mends it.
func TestServerProgramGoesAway(t *testing.T) {
	sign := mark(t)
	m := module(t, quick+kept("s", freePort(t), `["./serve"]`)+strings.Replace(on("server.ollama.s", "  repeats = 1"), "attempts = 2", "attempts = 5", 1))
	write(t, m.Dir, map[string]string{"serve": "#!/bin/sh\nrm serve\n"})
	got := apply(t, plan(t, m))
	if got.err != nil || len(got.of(Retried)) != 1 || len(got.of(RunFailed)) != 1 || got.of(RunFailed)[0].Error.Class != agent.InvalidSpec {
		t.Errorf("%v, retried: %v, failed: %v", got.err, got.of(Retried), got.of(RunFailed))
	}
	alone(t, sign)
}

// The command's own path is relative to the spec, as every path in it.
func TestServerCommandIsRelativeToTheSpec(t *testing.T) {
	mark(t)
	port := freePort(t)
	m := module(t, quick+kept("s", port, `["bin/serve"]`)+on("server.ollama.s", "  repeats = 1"))
	write(t, m.Dir, map[string]string{"bin/serve": "#!/bin/sh\npwd > here\nexec " + program + " emulate -listen 127.0.0.1:" + port + "\n"})
	if got := apply(t, plan(t, m)); got.err != nil || got.tally.Counted != 1 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	if here := strings.TrimSpace(string(must(os.ReadFile(filepath.Join(m.Dir, "here"))))); here != m.Dir {
		t.Errorf("it ran in %s", here)
	}
}

// A kill while a server starts does not wait for it.
func TestKillWhileAServerStarts(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	mute := impostor(t, "cat > /dev/null").executable // it ends with its input, and never says where it listens
	for name, test := range map[string]struct{ server, address, executable string }{
		"command":  {strings.Replace(kept("s", port, `["sleep", "100"]`), `"10s"`, `"1h"`, 1), "server.ollama.s", program},
		"emulator": {quickServer, "server.emulator.s", mute},
	} {
		t.Run(name, func(t *testing.T) {
			m := module(t, quick+test.server+on(test.address, "  repeats = 1"))
			kill, now := context.WithCancel(t.Context())
			got := applier{executable: test.executable, kill: kill, on: func(e Event) {
				if e.Kind == Started {
					time.AfterFunc(50*time.Millisecond, now)
				}
			}}.apply(t, plan(t, m))
			if failed := got.of(RunFailed); len(failed) != 1 || *failed[0].Error != *killed() {
				t.Errorf("%+v %v", failed, got.err)
			}
			alone(t, sign)
		})
	}
}

// A kill does not wait for a server that is busy, so that another could take its place.
func TestKillWhileAServerIsBusy(t *testing.T) {
	sign := mark(t)
	port := freePort(t)
	m := module(t, quick+kept("a", port, strings.Replace(anEmulator(port), `"1ms"`, `"1h"`, 1))+kept("b", port, anEmulator(port))+
		"target \"local\" \"t\" {\n  parallelism = 2\n}\n"+
		strings.Replace(experiment("x", "  repeats = 1\n  target = target.local.t\n  matrix {\n    server = [server.ollama.a, server.ollama.b]\n  }"+noPause), "server.emulator.s\n", "matrix.server\n", 1))
	kill, now := context.WithCancel(t.Context())
	got := applier{kill: kill, on: func(e Event) {
		if e.Kind == Stepped { // the first run is under way; the other has begun, or is about to, and waits
			time.AfterFunc(50*time.Millisecond, now)
		}
	}}.apply(t, plan(t, m))
	if len(got.of(Started)) != 2 || len(got.of(RunFailed)) != 2 || *got.of(RunFailed)[0].Error != *killed() || *got.of(RunFailed)[1].Error != *killed() {
		t.Errorf("%+v %v", got.events, got.err)
	}
	alone(t, sign)
}

// A server that somebody has stopped does not keep an apply from its end.
func TestStoppedServerIsEnded(t *testing.T) {
	sign := mark(t)
	m := module(t, quick+quickServer+experiment("x", "  repeats = 1"))
	pool := NewServers(m, program)
	got, err := Apply(t.Context(), t.Context(), plan(t, m), Options{Executable: program, Servers: pool})
	if err != nil || got.Counted != 1 {
		t.Fatal(got, err)
	}
	for pid := range marked(sign, "bench emulate") {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
	}
	for _, server := range pool.running {
		server.stopWithin(10 * time.Millisecond)
	}
	alone(t, sign)
}

// However much a server writes, and however often it starts, its log is bounded, and a failure quotes the last words of its own start.
func TestServerLogIsBounded(t *testing.T) {
	sign := mark(t)
	const start = caplog.MaxBegin + caplog.MaxEnd + 100 // bytes, with the note of what was left out
	command := `["sh", "-c", "head -c 30000000 /dev/zero >&2; echo; echo why; exit 3"]`
	m := module(t, quick+kept("s", freePort(t), command)+on("server.ollama.s", "  repeats = 2"))
	p := plan(t, m)
	failed := apply(t, p).of(RunFailed)
	if len(failed) != 2 || !strings.HasSuffix(failed[1].Error.Message, `why"`) {
		t.Errorf("%.300v", failed)
	}
	for _, name := range []string{"server.ollama.s.log", "server.ollama.s.log.1"} {
		text := must(os.ReadFile(filepath.Join(folder(p), name)))
		if len(text) > start || !strings.Contains(string(text[len(text)-start/100:]), " bytes are left out here\n") || !strings.HasSuffix(string(text), "\nwhy\n") {
			t.Errorf("%s has %d bytes, … %q", name, len(text), text[max(0, len(text)-80):])
		}
	}
	alone(t, sign)
}

// A run that has ended does not wait for the start of another run's server: what it measured is not at stake meanwhile.
func TestResultDoesNotWaitForAServerThatStarts(t *testing.T) {
	sign := mark(t)
	m := module(t, quick+quickServer+strings.Replace(kept("a", freePort(t), `["sleep", "100"]`), `"10s"`, `"30s"`, 1)+"target \"local\" \"t\" {\n  parallelism = 2\n}\n"+
		strings.Replace(experiment("x", "  repeats = 1\n  target = target.local.t\n  matrix {\n    server = [server.emulator.s, server.ollama.a]\n  }"+noPause), "server.emulator.s\n", "matrix.server\n", 1))
	kill, now := context.WithCancel(t.Context())
	got := applier{kill: kill, on: func(e Event) {
		if e.Kind == Counted {
			now()
		}
	}}.apply(t, plan(t, m))
	failed := got.of(RunFailed)
	if got.tally.Counted != 1 || len(got.of(Retried)) > 0 || len(failed) != 1 || *failed[0].Error != *killed() {
		t.Errorf("%+v %v, retried: %v, failed: %v", got.tally, got.err, got.of(Retried), failed)
	}
	alone(t, sign)
}

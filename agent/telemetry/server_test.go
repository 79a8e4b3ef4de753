package telemetry

import (
	"errors"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// served is a tree in which a launcher (5) has started a shell (10), the shell a server that listens (11) and another (12).
func served() fstest.MapFS {
	root := tree(map[string]string{"proc/net/tcp": sockets("0100007F:1F90", 0, "55")})
	put(root, 5, stat(5, "launcher", 1, 0, 0, 1, 50, 1), "")
	put(root, 10, stat(10, "sh", 5, 0, 0, 1, 100, 1), "")
	put(root, 11, stat(11, "router", 10, 0, 0, 1, 110, 1), "")
	put(root, 12, stat(12, "shard", 10, 0, 0, 1, 120, 1), "")
	root["proc/11/fd/3"] = link("socket:[55]")
	return root
}

func TestFindServer(t *testing.T) {
	for name, test := range map[string]struct {
		below int
		want  ServerProcess
	}{
		"nobody knows who started it":       {0, ServerProcess{11, 110}},
		"below the launcher":                {5, ServerProcess{10, 100}},
		"below the one that has started it": {10, ServerProcess{11, 110}},
		"below another":                     {12, ServerProcess{11, 110}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := findServer(t.Context(), served(), "http://127.0.0.1:8080", test.below)
			if diff := cmp.Diff(&Server{Processes: []ServerProcess{test.want}}, got); diff != "" || err != nil {
				t.Error(err, diff)
			}
		})
	}
}

// A server that is known is not searched for, as long as it lives: another process can have its number.
func TestObserveKnownServer(t *testing.T) {
	for name, test := range map[string]struct {
		known ServerProcess
		url   string
		want  string // the name of the process that is followed
		err   error
	}{
		"lives":                    {ServerProcess{12, 120}, "http://127.0.0.1:8080", "shard", nil},
		"lives, without a URL":     {ServerProcess{12, 120}, "", "shard", nil},
		"another has its number":   {ServerProcess{12, 119}, "http://127.0.0.1:8080", "router", nil},
		"gone":                     {ServerProcess{99, 120}, "http://127.0.0.1:8080", "router", nil},
		"gone, and without a URL":  {ServerProcess{99, 120}, "", "", errNoServer},
		"the agent's own, a later": {ServerProcess{os.Getpid(), 7}, "http://127.0.0.1:8080", "", errInside},
	} {
		t.Run(name, func(t *testing.T) {
			root := served()
			put(root, os.Getpid(), stat(os.Getpid(), "agent", 1, 0, 0, 1, 7, 1), "")
			o := observe(t.Context(), root, Subject{ServerURL: test.url, Server: &Server{Processes: []ServerProcess{test.known}}, Interval: time.Hour})
			o.Begin()
			seen := o.End(t.Context())
			switch {
			case test.err != nil:
				if seen.Server != nil || seen.Absent["server"] != test.err.Error() {
					t.Errorf("%+v, %q", seen.Server, seen.Absent["server"])
				}
			case seen.Server == nil || seen.Server.Name != test.want:
				t.Errorf("%+v, %q", seen.Server, seen.Absent["server"])
			}
		})
	}
}

// What is known of a server of this machine holds until it ends.
func TestServerLives(t *testing.T) {
	addr, pid := serve(t)
	known, err := ServerAt(pid)
	if err != nil {
		t.Skip("processes are seen in Linux' /proc only:", err)
	}
	found, err := FindServer(t.Context(), "http://"+addr, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(known.Processes, found.Processes); diff != "" || !known.Childless || found.Childless {
		t.Errorf("%+v, %+v", known, found)
	}
	if !known.Lives() {
		t.Error("it does not live")
	}
	known.Processes[0].StartTicks--
	if known.Lives() {
		t.Error("another process is taken for it")
	}
	if _, err := ServerAt(1 << 30); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

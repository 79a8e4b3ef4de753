package telemetry

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
)

// A Server is what is known of a server's processes on this machine. It holds as long as they live, and in every process of the
// machine, so that a search that takes milliseconds need not be made for each run.
type Server struct {
	Processes []ServerProcess `json:"processes"`
	Childless bool            `json:"childless,omitempty"` // it is known to start no processes: none is looked for
}

// A ServerProcess is one process of a server; what it starts is the server's as well.
type ServerProcess struct {
	PID        int   `json:"pid"`
	StartTicks int64 `json:"start_ticks"` // when it started, in 1/100 s since boot: a later process of the same number has another
}

// ServerAt gives the server that is one process, of which the caller knows that it starts no others. Its error is that there is none,
// or that this system does not show it.
func ServerAt(pid int) (*Server, error) {
	found, err := identify(rootFS, []int{pid})
	if err != nil {
		return nil, err
	}
	found.Childless = true
	return found, nil
}

// FindServer finds the processes that listen at a URL, by the port. Where they descend from a process that was started to run the
// server, which is 0 where nobody knows it, all that this one has started on the way to them is the server's: the process that
// listens may be one of several. It takes milliseconds, and up to a second where a name is resolved slowly. Its error says
// why none is in sight.
func FindServer(ctx context.Context, url string, below int) (*Server, error) {
	return findServer(ctx, rootFS, url, below)
}

func findServer(ctx context.Context, root fs.FS, url string, below int) (*Server, error) {
	addr, err := localAddress(ctx, url)
	if err != nil {
		return nil, err
	}
	pids, err := serverProcesses(root, addr)
	if err != nil {
		return nil, err
	}
	for i, pid := range pids {
		pids[i] = highestBelow(root, pid, below)
	}
	slices.Sort(pids)
	return identify(root, slices.Compact(pids))
}

// highestBelow climbs from a process to the one that a process above has started; it gives the process itself where that is not above.
func highestBelow(root fs.FS, pid, above int) int {
	buffer := make([]byte, 1024)
	for at := pid; above > 0 && at > 1; {
		p, err := readProcess(root, at, buffer)
		if err != nil {
			break
		}
		if p.parent == above {
			return at
		}
		at = p.parent
	}
	return pid
}

// identify gives what tells the processes from later ones of their numbers.
func identify(root fs.FS, pids []int) (*Server, error) {
	found, buffer := &Server{}, make([]byte, 1024)
	var first error
	for _, pid := range pids {
		p, err := readProcess(root, pid, buffer)
		if err != nil {
			first = err
			continue
		}
		found.Processes = append(found.Processes, ServerProcess{pid, p.startTicks})
	}
	if len(found.Processes) == 0 {
		return nil, first
	}
	return found, nil
}

// Lives says whether all of the processes are still there.
func (s *Server) Lives() bool { return s.lives(rootFS) }

func (s *Server) lives(root fs.FS) bool {
	buffer := make([]byte, 1024)
	return !slices.ContainsFunc(s.Processes, func(known ServerProcess) bool {
		p, err := readProcess(root, known.PID, buffer)
		return err != nil || p.startTicks != known.StartTicks
	})
}

// processes gives the server's processes: those that are known, or else, where they are gone, those that are found.
func (s Subject) processes(ctx context.Context, root fs.FS) (*Server, error) {
	found := s.Server
	if found == nil || len(found.Processes) == 0 || !found.lives(root) {
		if s.ServerURL == "" {
			return nil, errNoServer
		}
		var err error
		if found, err = findServer(ctx, root, s.ServerURL, 0); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(found.Processes, func(p ServerProcess) bool { return p.PID == os.Getpid() }) {
		return nil, errInside
	}
	return found, nil
}

// pids lists the processes.
func (s *Server) pids() []int {
	pids := make([]int, len(s.Processes))
	for i, p := range s.Processes {
		pids[i] = p.PID
	}
	return pids
}

// errNoServer is that of a run without one.
var errNoServer = errors.New("no server is named")

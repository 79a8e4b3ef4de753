package runner

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"bench/agent"
	"bench/agent/telemetry"
	"bench/runner/scrub"
	"bench/spec"
)

// Servers are those that an apply starts: emulators, and servers with a command. Each is the child of a process that ends it
// when the apply is gone, however that went.
//
// A server with a command never runs beside another one: they may want the same port, the same memory, the same GPU. The one that
// runs is stopped first, once no run uses it. One that ended by itself is started again when the next run needs it.
type Servers struct {
	Tell func(Event) // takes what happens before any run: a server that is started to be asked; nil: nobody listens

	module     *spec.Module
	executable string
	client     *http.Client
	secrets    *scrub.Scrubber // of all that servers are given
	holdoffs   holdoffs        // of all servers, also of those that nobody starts

	mu      sync.Mutex // also held while a server starts
	idle    *sync.Cond // a run has ended its use of a server
	running map[spec.Ref]*managed
	found   map[spec.Ref]*telemetry.Server // the processes of those that nobody starts; nil where they were not found
	cleared map[string]bool                // the folders in which what an apply left that is gone was looked for
}

// NewServers gives the servers of a module, of which none runs yet. The executable is that of bench.
func NewServers(m *spec.Module, executable string) *Servers {
	s := &Servers{
		module: m, executable: executable, secrets: secretsOf(m), running: map[spec.Ref]*managed{}, cleared: map[string]bool{},
		found:  map[spec.Ref]*telemetry.Server{},
		client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, // no proxy, as the instrument has none
	}
	s.idle = sync.NewCond(&s.mu)
	return s
}

// endpoint is where and how a server is called.
func endpoint(s *spec.Server, url string) agent.Endpoint {
	e := agent.Endpoint{Kind: s.Kind, API: s.API, URL: url, Timeouts: agent.Timeouts(s.Timeouts)}
	if s.OpenAI != nil {
		e.Key, e.Metrics = s.OpenAI.Key.Reveal(), s.OpenAI.Metrics
	}
	return e
}

// use gives where a server listens, and what to call when the run is over. A server that is not running is started, with its log
// in the folder. Tell takes what happens meanwhile, without an address.
func (s *Servers) use(ctx context.Context, ref spec.Ref, folder string, tell func(Event)) (url string, done func(), err error) {
	server := s.module.Server(ref)
	if server.Emulator == nil && len(server.Command) == 0 {
		return server.URL, func() {}, nil
	}
	if err := s.canStart(ref); err != nil {
		return "", nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.makeRoom(ctx, server); err != nil {
		return "", nil, fmt.Errorf("%s: %w", ref.Address(), err)
	}
	m := s.running[ref] // looked up after the wait for room, in which another run may have started it
	if m != nil && m.hasEnded() {
		tell(Event{Kind: Noted, Message: fmt.Sprintf("%s ended by itself (%v) and is started again; its log is %s", ref.Address(), m.err, m.log)})
		m = nil
	}
	if m == nil {
		began := time.Now()
		tell(Event{Kind: Starting, Server: ref})
		s.clearLostLocked(folder, func(message string) { tell(Event{Kind: Noted, Message: message}) }) // it may be this very server
		if m, err = s.start(ctx, server, folder); err != nil {
			return "", nil, fmt.Errorf("%s: %w", ref.Address(), err)
		}
		s.running[ref] = m
		tell(Event{Kind: Serving, Server: ref, Took: time.Since(began)})
	}
	m.users++
	return m.url, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		m.users--
		s.idle.Broadcast()
	}, nil
}

// processes gives the processes of a server that is in use, for its workers to observe. They are looked for once, which takes longer
// than many a run. It gives nil where they are not in sight.
func (s *Servers) processes(ctx context.Context, ref spec.Ref) *telemetry.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.running[ref]; m != nil {
		return m.processes
	}
	found, tried := s.found[ref]
	if !tried || found != nil && !found.Lives() { // it was started anew
		found, _ = telemetry.FindServer(ctx, s.module.Server(ref).URL, 0) // a worker says why there is none
		s.found[ref] = found
	}
	return found
}

// makeRoom stops every other server with a command, before one is used. It waits for the runs that use another; a kill ends these.
func (s *Servers) makeRoom(ctx context.Context, server *spec.Server) error {
	if server.Emulator != nil {
		return nil
	}
	for {
		busy := false
		for ref, m := range s.running {
			switch {
			case ref == server.Ref || s.module.Server(ref).Emulator != nil:
			case m.users > 0:
				busy = true
			default:
				m.stop()
				delete(s.running, ref)
			}
		}
		if !busy || ctx.Err() != nil {
			return ctx.Err()
		}
		s.idle.Wait()
	}
}

func (s *Servers) start(ctx context.Context, server *spec.Server, folder string) (*managed, error) {
	log, err := openLog(filepath.Join(folder, server.Address()+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if server.Emulator != nil {
		return s.startEmulator(ctx, server, log)
	}
	return s.startCommand(ctx, server, log)
}

// Stop ends every server, and returns when they are gone.
func (s *Servers) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ref, m := range s.running {
		m.stop()
		delete(s.running, ref)
	}
}

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

	mu       sync.Mutex // over what follows; nobody waits for a server, a process or the network with it
	changed  *sync.Cond // a run has ended its use of a server, or the start of one is over
	running  map[spec.Ref]*managed
	starting map[spec.Ref]bool
	cleared  map[string]bool // the folders in which what an apply left that is gone was looked for

	seeking sync.Mutex                     // over what follows; also held while processes are looked for
	found   map[spec.Ref]*telemetry.Server // the processes of those that nobody starts; nil where they were not found
}

// NewServers gives the servers of a module, of which none runs yet. The executable is that of bench.
func NewServers(m *spec.Module, executable string) *Servers {
	s := &Servers{
		module: m, executable: executable, secrets: secretsOf(m),
		running: map[spec.Ref]*managed{}, starting: map[spec.Ref]bool{}, cleared: map[string]bool{}, found: map[spec.Ref]*telemetry.Server{},
		client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, // no proxy, as the instrument has none
	}
	s.changed = sync.NewCond(&s.mu)
	return s
}

// isStarted says whether a server is one that bench starts.
func isStarted(server *spec.Server) bool { return server.Emulator != nil || len(server.Command) > 0 }

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
	if !isStarted(server) {
		return server.URL, func() {}, nil
	}
	if err := s.canStart(ref); err != nil {
		return "", nil, err
	}
	m, err := s.up(ctx, server, folder, tell)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", ref.Address(), err)
	}
	return m.url, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		m.users--
		s.changed.Broadcast()
	}, nil
}

// up gives a server that runs, with one more user. Where it does not run, it waits until it may be started, and starts it.
func (s *Servers) up(ctx context.Context, server *spec.Server, folder string, tell func(Event)) (*managed, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.running[server.Ref]
	for m == nil || m.hasEnded() {
		if s.mayStart(server) {
			var err error
			if m, err = s.replace(ctx, server, folder, tell); err != nil {
				return nil, err
			}
			break
		}
		if ctx.Err() != nil { // a kill ends the runs and the starts that are waited for
			return nil, ctx.Err()
		}
		s.changed.Wait()
		m = s.running[server.Ref]
	}
	m.users++
	return m, nil
}

// mayStart says whether a server may be started now: nobody else does so, and of those that may not live beside it none starts or is used.
func (s *Servers) mayStart(server *spec.Server) bool {
	for ref := range s.starting {
		if ref == server.Ref || s.rivals(ref, server) {
			return false
		}
	}
	for ref, m := range s.running {
		if s.rivals(ref, server) && m.users > 0 {
			return false
		}
	}
	return true
}

// rivals says whether two servers may not live at once: both have a command.
func (s *Servers) rivals(ref spec.Ref, server *spec.Server) bool {
	return ref != server.Ref && s.module.Server(ref).Emulator == nil && server.Emulator == nil
}

// replace stops those that may not live beside a server, and starts it. It lets go of the lock meanwhile: a run that has ended must not wait.
func (s *Servers) replace(ctx context.Context, server *spec.Server, folder string, tell func(Event)) (*managed, error) {
	ended := s.running[server.Ref]
	var rivals []*managed
	for ref, m := range s.running {
		if s.rivals(ref, server) {
			rivals = append(rivals, m)
			delete(s.running, ref)
		}
	}
	s.starting[server.Ref] = true
	s.mu.Unlock()
	m, err := s.begin(ctx, server, folder, ended, rivals, tell)
	s.mu.Lock()
	delete(s.starting, server.Ref)
	s.changed.Broadcast()
	if err == nil {
		s.running[server.Ref] = m
	}
	return m, err
}

// begin starts a server, after its rivals have been stopped. Ended is its start before, nil where there was none.
func (s *Servers) begin(ctx context.Context, server *spec.Server, folder string, ended *managed, rivals []*managed, tell func(Event)) (*managed, error) {
	for _, m := range rivals {
		m.stop()
	}
	if ended != nil {
		tell(Event{Kind: Noted, Message: fmt.Sprintf("%s ended by itself (%v) and is started again; its log is %s", server.Address(), ended.err, ended.log)})
	}
	began := time.Now()
	tell(Event{Kind: Starting, Server: server.Ref})
	s.clearLost(folder, func(message string) { tell(Event{Kind: Noted, Message: message}) }) // it may be this very server
	m, err := s.start(ctx, server, folder)
	if err == nil {
		tell(Event{Kind: Serving, Server: server.Ref, Took: time.Since(began)})
	}
	return m, err
}

// processes gives the processes of a server that is in use, for its workers to observe. They are looked for once, which takes longer
// than many a run. It gives nil where they are not in sight.
func (s *Servers) processes(ctx context.Context, ref spec.Ref) *telemetry.Server {
	s.mu.Lock()
	m := s.running[ref]
	s.mu.Unlock()
	if m != nil {
		return m.processes
	}
	s.seeking.Lock()
	defer s.seeking.Unlock()
	found, tried := s.found[ref]
	if !tried || found != nil && !found.Lives() { // it was started anew
		found, _ = telemetry.FindServer(ctx, s.module.Server(ref).URL, 0) // a worker says why there is none
		s.found[ref] = found
	}
	return found
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

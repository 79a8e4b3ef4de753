package emulator

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"bench/agent/wire"
)

// Version is what /api/version says. It is raised when the emulator's timing changes its meaning.
const Version = "emulator-1"

const (
	maxRequest    = 64 << 20   // bytes
	maxModels     = 1024       // names that are remembered where any is taken
	contextLength = 128 << 10  // of every model, in tokens
	modelBytes    = 1000000000 // of every model
)

// A Server is an emulator. It is an [http.Handler]; [Server.Serve] runs it on a listener.
type Server struct {
	config   Config
	mux      *http.ServeMux
	clock    *clock
	slot     slot
	prefixes prefixCache
	sent     *sentLog
	calls    atomic.Uint64 // that came without an X-Request-Id

	mu     sync.Mutex
	models []string       // full names of those it has, or of those asked for so far
	turns  map[string]int // which recording is next, by the model's full name
}

// New checks the configuration.
func New(c Config) (*Server, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	s := &Server{config: c, mux: http.NewServeMux(), clock: newClock(), sent: newSentLog(cmp.Or(c.SentKept, defaultSentKept)), turns: map[string]int{}}
	s.slot.clock = s.clock
	for _, m := range c.Models {
		s.models = append(s.models, wire.FullName(m))
	}
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "Ollama is running") })
	s.mux.HandleFunc("GET /api/version", s.version)
	s.mux.HandleFunc("GET /api/tags", s.tags)
	s.mux.HandleFunc("GET /api/ps", s.ps)
	s.mux.HandleFunc("POST /api/show", s.show)
	s.mux.HandleFunc("POST /api/generate", s.generate)
	s.mux.HandleFunc("POST /api/chat", s.chat)
	s.mux.HandleFunc("GET /v1/models", s.openAIModels)
	s.mux.HandleFunc("POST /v1/chat/completions", s.chatCompletions)
	s.mux.HandleFunc("POST /v1/completions", s.completions)
	s.mux.HandleFunc("GET /emulator/sent", s.tellSent)
	return s, nil
}

// ServeHTTP answers one request over HTTP/1.1. It takes the connection over from net/http for an answer that
// streams, and gives it back afterwards.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Serve answers on the listener until the context ends; then it breaks off the calls that still run and
// returns nil, after a second at most.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return context.WithValue(ctx, lifetime{}, ctx) },
		ReadHeaderTimeout: 10 * time.Second,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return server.Close()
}

func (s *Server) version(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, wire.VersionResponse{Version: Version})
}

func (s *Server) tags(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	names := slices.Clone(s.models)
	s.mu.Unlock()
	list := wire.TagsResponse{Models: []wire.Tag{}}
	for _, name := range names {
		list.Models = append(list.Models, wire.Tag{Name: name, Model: name, Size: modelBytes, Digest: digest(name), Details: details()})
	}
	reply(w, http.StatusOK, list)
}

func (s *Server) ps(w http.ResponseWriter, _ *http.Request) {
	list := wire.PSResponse{Models: []wire.Process{}}
	if l, expires := s.slot.current(); l != nil {
		list.Models = append(list.Models, wire.Process{
			Name: l.model, Model: l.model, Size: modelBytes, Digest: digest(l.model),
			ExpiresAt: expires.Format(time.RFC3339Nano), ContextLength: l.numCtx,
		})
	}
	reply(w, http.StatusOK, list)
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	var req wire.ShowRequest
	if !decode(w, r, &req, ollamaTrouble) || !s.hasOllama(w, req.Model) {
		return
	}
	reply(w, http.StatusOK, wire.ShowResponse{
		Details:   details(),
		ModelInfo: map[string]any{"general.architecture": "emulator", "emulator.context_length": contextLength},
	})
}

// has says whether there is a model of that name. Without a list of models there is any that has a name,
// and it is listed from then on.
func (s *Server) has(name string) bool {
	full := wire.FullName(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.models, full) {
		return true
	}
	if s.config.Models != nil || name == "" || len(s.models) == maxModels {
		return false
	}
	s.models = append(s.models, full)
	return true
}

func details() wire.Details {
	return wire.Details{Format: "none", Family: "emulator", ParameterSize: "0", QuantizationLevel: "none"}
}

// Digest gives what stands for the digest of a model, and says whether there is one of that name.
func (s *Server) Digest(name string) (digested string, ok bool) {
	return digest(wire.FullName(name)), s.has(name)
}

// digest stands for that of a manifest: the same name has the same.
func digest(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

// requestID is the call's own, or the number of calls that came without one.
func (s *Server) requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" {
		return id
	}
	return strconv.FormatUint(s.calls.Add(1), 10)
}

// decode reads a body into one value or several, or answers what is wrong with it.
func decode(w http.ResponseWriter, r *http.Request, into any, trouble func(int, string) any, more ...any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest)) // all of it: only then does net/http tell when the client goes
	for _, v := range append([]any{into}, more...) {
		if err == nil {
			err = json.Unmarshal(body, v)
		}
	}
	switch {
	case err == nil:
		return true
	case len(body) == 0:
		err = errors.New("missing request body")
	}
	reply(w, http.StatusBadRequest, trouble(http.StatusBadRequest, err.Error()))
	return false
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only if the client has gone
}

package agent

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"bench/agent/wire"
)

// An Endpoint is an inference server: what it speaks, where it listens, and how long to wait for it.
type Endpoint struct {
	Kind     string   `json:"kind"`              // "ollama", "openai", or "emulator", which speaks as both
	API      string   `json:"api,omitempty"`     // form of a call: "generate" or "chat" of Ollama, "chat" or "completions" of OpenAI; "" is the first of them
	URL      string   `json:"url"`               // http://host:port; the scheme may be left out, a path prefix is kept; of openai with its /v1
	Key      string   `json:"key,omitempty"`     // sent as the bearer's token; a secret
	Metrics  string   `json:"metrics,omitempty"` // address of its metrics in Prometheus' text format; "" where it has none
	Timeouts Timeouts `json:"timeouts"`

	TLS        *tls.Config `json:"-"` // of https; nil trusts whom the system trusts
	BothClocks bool        `json:"-"` // calls keep the time of the reads as well: see [Call]
}

// Timeouts limit the parts of one call; the whole of it is limited by the caller's context. Each limit
// that passes gives an error of class [Timeout] that names it. Zero means the default.
type Timeouts struct {
	Connect    time.Duration `json:"connect_ns,omitempty"`     // one dial, and one TLS handshake; default 10 s
	FirstToken time.Duration `json:"first_token_ns,omitempty"` // from t0 to the first byte of the answer's body, loading the model included; default 2 min
	Idle       time.Duration `json:"idle_ns,omitempty"`        // between two reads of the body: any byte counts as progress; default 30 s
}

// The limits of [Timeouts] that are left at zero.
const (
	DefaultConnect    = 10 * time.Second
	DefaultFirstToken = 2 * time.Minute
	DefaultIdle       = 30 * time.Second
)

func (t Timeouts) withDefaults() Timeouts {
	return Timeouts{
		Connect:    cmp.Or(t.Connect, DefaultConnect),
		FirstToken: cmp.Or(t.FirstToken, DefaultFirstToken),
		Idle:       cmp.Or(t.Idle, DefaultIdle),
	}
}

// protocols are the forms of a call, by the kind of a server and what it calls them; the name "" is the default.
var protocols = map[string]map[string]wire.Protocol{
	"ollama":   {"": wire.OllamaGenerate, "generate": wire.OllamaGenerate, "chat": wire.OllamaChat},
	"openai":   {"": wire.OpenAIChat, "chat": wire.OpenAIChat, "completions": wire.OpenAICompletions},
	"emulator": {"": wire.OllamaGenerate, "generate": wire.OllamaGenerate, "chat": wire.OllamaChat},
}

// A Client makes measured calls to one endpoint. It may be used by several goroutines.
type Client struct {
	base      string // scheme, host and path prefix, without a slash at the end
	protocol  wire.Protocol
	key       string
	both      bool // clocks
	timeouts  Timeouts
	transport *http.Transport
}

// NewClient checks the endpoint and opens nothing.
func NewClient(e Endpoint) (*Client, error) {
	forms, known := protocols[e.Kind]
	if !known {
		return nil, fmt.Errorf("server kind %q is not known: it is one of %q", e.Kind, slices.Sorted(maps.Keys(protocols)))
	}
	protocol, known := forms[e.API]
	if !known {
		return nil, fmt.Errorf("a server of kind %s has no api %q", e.Kind, e.API)
	}
	base, err := baseURL(e.URL)
	if err != nil {
		return nil, err
	}
	if t := e.Timeouts; min(t.Connect, t.FirstToken, t.Idle) < 0 {
		return nil, fmt.Errorf("timeouts of %s: a limit is negative", base)
	}
	timeouts := e.Timeouts.withDefaults()
	if protocol.IsOpenAI() { // whose users write the version as a part of the address
		base = strings.TrimSuffix(base, "/v1")
	}
	return &Client{base: base, protocol: protocol, key: e.Key, both: e.BothClocks, timeouts: timeouts, transport: newTransport(timeouts, e.TLS)}, nil
}

// Close closes the connections that are kept open between calls.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

func baseURL(raw string) (string, error) {
	if raw == "" {
		return "", fmt.Errorf("the server has no url")
	}
	if !strings.Contains(raw, "://") {
		raw = "http://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("the server's url: %w", err)
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("the server's url begins with %s://: write http:// or https://", u.Scheme)
	case u.Hostname() == "":
		return "", fmt.Errorf("the server's url %s names no host", u.Redacted())
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("the server's url %s holds more than scheme, host, port and path", u.Redacted())
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/"), nil
}

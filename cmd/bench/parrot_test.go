package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"bench/agent/emulator"
)

// parrot is a server that tells its KEY wherever it can. How it tells is the name of the model that is asked for:
//
//	parrot ADDRESS
func parrot() {
	honest, err := emulator.New(emulator.Config{TokensPerSecond: 10000})
	if err != nil {
		panic(err)
	}
	p := &parroting{honest: honest, key: os.Getenv("KEY")}
	p.log()
	panic(http.ListenAndServe(os.Args[1], p))
}

type parroting struct {
	honest http.Handler
	key    string
}

// forms gives the key in every form.
func (p *parroting) forms() string {
	quoted, _ := json.Marshal(p.key) // a string
	return strings.Join([]string{
		p.key, string(quoted), fmt.Sprintf("%q", string(quoted)), url.QueryEscape(p.key), url.PathEscape(p.key),
		base64.StdEncoding.EncodeToString([]byte("user:" + p.key)), base64.URLEncoding.EncodeToString([]byte("a:" + p.key + " and more")),
	}, " ")
}

// log writes the key on both streams, in one piece and in two.
func (p *parroting) log() {
	for _, stream := range []*os.File{os.Stdout, os.Stderr} {
		fmt.Fprintf(stream, "begin\n%s\nhalf: %s", p.forms(), p.key[:9])
		time.Sleep(10 * time.Millisecond) // so that it is read in two pieces
		fmt.Fprintf(stream, "%s\nend\n", p.key[9:])
	}
}

func (p *parroting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/version":
		p.say(w, map[string]any{"version": "0.9 " + p.key})
	case "/api/generate":
		var asked struct{ Model string }
		_ = json.NewDecoder(r.Body).Decode(&asked) // what it lacks, none of the cases has
		p.log()
		p.generate(w, strings.TrimSuffix(asked.Model, ":latest"))
	default:
		body, _ := io.ReadAll(r.Body) // of this test's own client
		if strings.Contains(string(body), "denies") {
			w.WriteHeader(http.StatusForbidden)
			p.say(w, map[string]any{"error": "no model for " + p.key})
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		p.honest.ServeHTTP(answer, r)
		quoted, _ := json.Marshal(p.key) // a string
		w.WriteHeader(answer.Code)
		text := strings.ReplaceAll(answer.Body.String(), `"emulator"`, string(quoted))
		fmt.Fprint(w, digestOfLiar.ReplaceAllString(text, "${1}"+strings.ReplaceAll(string(quoted), "$", "$$")))
	}
}

// digestOfLiar is where a list of models tells that of the one of that name.
var digestOfLiar = regexp.MustCompile(`("name":"lists[^}]*"digest":)"[^"]*"`)

func (p *parroting) generate(w http.ResponseWriter, how string) {
	switch how {
	case "answers", "lists":
		p.say(w, map[string]any{"response": "it is " + p.key[:9], "thinking": p.forms(), "done": false})
		p.say(w, map[string]any{"response": p.key[9:], "done": false})
		p.say(w, map[string]any{"done": true, "done_reason": p.key, "eval_count": 3, "eval_duration": 1000000, "prompt_eval_count": 1, "prompt_eval_duration": 1000})
	case "refuses":
		w.Header().Set("Retry-After", p.key)
		w.WriteHeader(http.StatusInternalServerError)
		p.say(w, map[string]any{"error": "bad key " + p.key})
	case "mumbles":
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, p.forms())
	case "cuts": // the message ends within the key
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, strings.Repeat("x", 290)+p.key)
	case "redirects":
		w.Header().Set("Location", "http://127.0.0.1:9/?key="+url.QueryEscape(p.key))
		w.WriteHeader(http.StatusFound)
	case "babbles":
		fmt.Fprintf(w, "%s%s\n", strings.Repeat("y", 68), p.key)
	case "objects":
		p.say(w, map[string]any{"error": "not with " + p.key})
	}
}

func (p *parroting) say(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

// free sets a variable to an address that nobody listens at:
//
//	free ADDRESS
func free(ts *testscript.TestScript, neg bool, args []string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], ln.Addr().String())
	ts.Check(ln.Close())
}

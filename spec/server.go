package spec

import (
	"fmt"
	"net/url"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// A Server is where inference happens.
type Server struct {
	Ref
	URL      string // "" for an emulator: its address is known when it is started
	API      string // form of a call: generate or chat of ollama, chat or completions of openai; "" of an emulator
	Command  []string
	Env      map[string]any // of the command, but for what is sensitive
	Secrets  []Secret       // the rest of its environment, each "NAME=VALUE"; no identity is made of it
	Ready    Ready
	Timeouts Timeouts
	OpenAI   *OpenAI   // of kind openai
	Emulator *Emulator // of kind emulator
	Range    hcl.Range

	KindRange hcl.Range // what is to blame where the kind can't be used
}

// Ready says how a started server is known to be ready.
type Ready struct {
	Path    string
	Timeout time.Duration
}

// Timeouts limit one call; 0 means the instrument's default.
type Timeouts struct{ Connect, FirstToken, Idle time.Duration }

// OpenAI is what only an endpoint that is compatible with OpenAI's has.
type OpenAI struct {
	Key     Secret
	Metrics string // address of its metrics in Prometheus' text format; "" where it has none
}

func (d *decoder) server(b *block) {
	v := d.read(b, serverSchemas[b.Labels[0]], d.scope)
	out := &Server{Ref: b.ref(), Range: b.DefRange, KindRange: b.LabelRanges[0]}
	v.str("url", &out.URL)
	d.address(v, "url")
	if _, has := v.schema.attr("api"); has {
		v.str("api", &out.API)
	}
	v.strs("command", &out.Command)
	v.environment("env", &out.Env, &out.Secrets)
	if len(out.Command) == 0 && v.leftOut("command") {
		d.needsCommand(v)
	}
	if body, ok := v.schema.block("ready"); ok {
		ready := d.readOptional(v, "ready", body, d.scope)
		ready.str("path", &out.Ready.Path)
		ready.duration("timeout", &out.Ready.Timeout)
	}
	limits := d.readOptional(v, "timeouts", timeoutsSchema, d.scope)
	limits.duration("connect", &out.Timeouts.Connect)
	limits.duration("first_token", &out.Timeouts.FirstToken)
	limits.duration("idle", &out.Timeouts.Idle)
	switch out.Kind {
	case "openai":
		out.OpenAI = d.openAI(v)
	case "emulator":
		out.Emulator = d.emulator(v, out.Ref)
	}
	d.module.Servers = append(d.module.Servers, out)
}

func (d *decoder) openAI(v *values) *OpenAI {
	o := &OpenAI{}
	v.secret("api_key", &o.Key)
	v.str("metrics", &o.Metrics)
	d.address(v, "metrics")
	return o
}

// needsCommand refuses what is said of a command where there is none: nobody would heed it.
func (d *decoder) needsCommand(v *values) {
	const remedy = "Add command, a list of strings as [\"ollama\", \"serve\"], or take %s out."
	if _, given := v.get("env"); given {
		d.errorAt(v.attrs["env"].NameRange, "Nothing to start", fmt.Sprintf("\"env\" is the environment of a command that bench starts, and this server has none. "+remedy, "env"))
	}
	if b := v.one("ready"); b != nil {
		d.errorAt(b.DefRange, "Nothing to start", fmt.Sprintf("\"ready\" says how a started command is known to be ready, and this server has none. "+remedy, "the block"))
	}
}

// address checks an attribute that is the address of a server.
func (d *decoder) address(v *values, name string) {
	text := ""
	if v.str(name, &text); text == "" {
		return
	}
	if err := checkURL(text); err != nil {
		d.errorAt(v.rangeOf(name), "Invalid value", upper(err.Error())+".")
	}
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%q is not an address: write it as \"http://127.0.0.1:11434\"", s)
	case u.User != nil:
		return fmt.Errorf("the address holds a user's name, and it would be written to records and reports")
	}
	return nil
}

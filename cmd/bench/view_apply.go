package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"bench/analysis"
	"bench/runner"
)

// Rules of this output: what happens while runs are made goes to standard error, as a live picture on a terminal and as a line
// an event elsewhere; what came of it goes to standard output, in one sentence whose numbers add up to what was planned. With
// -json each event is an object on standard output. All three are renderings of one stream of events.

// An applyView shows an apply under way.
type applyView interface {
	event(runner.Event) // one at a time
	stopping()          // at any time
	close()             // no event comes any more
}

func (e *env) newApplyView(c *cli.Context, p *runner.Plan, forecast *runner.Forecast) applyView {
	sum := p.Sum()
	todo, level := sum.ToRun+sum.Warmups, levelFlag(c)
	plain := &plainView{w: e.notes, level: level, forecast: forecast, planned: todo}
	switch {
	case c.Bool("json") && c.IsSet("log-level"):
		return views{&jsonView{e.line, e.notes, forecast}, quiet{plain}}
	case c.Bool("json"):
		return &jsonView{e.line, e.notes, forecast}
	case isLive(e.stderr) && todo > 0 && level > levelDebug:
		return newLiveView(newConsole(e.stderr.(*os.File)), todo, level, forecast)
	}
	return plain
}

// isLive says whether a picture can be drawn there, and somebody looks: the log of a continuous integration may be a terminal.
func isLive(w io.Writer) bool {
	width, terminal := isTerminal(w)
	ci := os.Getenv("CI")
	return terminal && width > 0 && os.Getenv("TERM") != "dumb" && (ci == "" || ci == "false")
}

// views are several at once.
type views []applyView

func (v views) event(e runner.Event) {
	for _, each := range v {
		each.event(e)
	}
}

func (v views) stopping() {
	for _, each := range v {
		each.stopping()
	}
}

func (v views) close() {
	for _, each := range v {
		each.close()
	}
}

// A closing says how an apply ended.
type closing struct {
	w       io.Writer
	started time.Time
	planned runner.Sum
	tally   runner.Tally
	retried map[string]int  // by class of error
	pausing map[int]string  // the class of error after which an attempt is to follow, by slot
	made    map[string]bool // the runs that counted, by address; nil where nobody will ask
	errors  []string        // that were told
}

func newClosing(w io.Writer, replaces bool) *closing {
	v := &closing{w: w, started: time.Now(), retried: map[string]int{}, pausing: map[int]string{}}
	if replaces {
		v.made = map[string]bool{}
	}
	return v
}

func (v *closing) plan(p *runner.Plan) {
	v.planned = p.Sum()
	v.tally = v.planned.Tally()
}

func (v *closing) note(e runner.Event) {
	switch e.Kind {
	case runner.Retried:
		v.pausing[e.Slot] = string(e.Error.Class)
	case runner.Started: // else it was stopped while it waited
		if class, ok := v.pausing[e.Slot]; ok && e.Attempt > 1 {
			v.retried[class]++
		}
		delete(v.pausing, e.Slot)
	case runner.RunFailed:
		delete(v.pausing, e.Slot)
	}
	if e.Kind == runner.Counted && v.made != nil {
		v.made[e.Address.String()] = true
	}
}

func (v *closing) done() {
	if v.planned.Nothing() {
		fmt.Fprintln(v.w, nothingToDo(v.planned))
		return
	}
	fmt.Fprintf(v.w, "%s.  %s\n", v.account(), time.Since(v.started).Round(100*time.Millisecond))
	if v.tally.Failed+v.tally.Lost > 0 {
		fmt.Fprintln(v.w, "`bench runs -all` tells why runs failed; the next apply tries them again.")
	}
}

// interrupted names the command that goes on, and says how many runs it repeats that were made again already.
func (v *closing) interrupted(again string, repeated int) {
	but := ""
	if repeated > 0 {
		but = fmt.Sprintf(", and makes %s once more that this apply has made again", analysis.Count(repeated, "run"))
	}
	fmt.Fprintf(v.w, "Interrupted: %s. `%s` goes on from here%s.\n", v.account(), again, but)
}

// broken tells what was made all the same; the reason stands before it, and alone where that is nothing.
func (v *closing) broken() {
	if t := v.tally; t.Counted+t.Failed+t.Lost > 0 {
		fmt.Fprintf(v.w, "Stopped: %s.\n", v.account())
	}
}

// account tells what became of every planned run.
func (v *closing) account() string {
	t := v.tally
	var notes []string
	if t.Before > 0 && t.Counted > 0 {
		notes = append(notes, fmt.Sprintf("%d of them earlier", t.Before))
	}
	if len(v.retried) > 0 {
		notes = append(notes, retries(v.retried))
	}
	s := fmt.Sprintf("%d of %d counted", t.Before+t.Counted, t.Planned)
	if len(notes) > 0 {
		s += " (" + strings.Join(notes, "; ") + ")"
	}
	s += fmt.Sprintf(", %d failed, %d lost", t.Failed, t.Lost)
	if t.Waiting > 0 {
		s += fmt.Sprintf(", %d not made", t.Waiting)
	}
	return s
}

// retries tells how many attempts were made again, and why: `2 retried: connect 1, timeout 1`.
func retries(classes map[string]int) string {
	total := 0
	var each []string
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		total += classes[class]
		each = append(each, fmt.Sprintf("%s %d", class, classes[class]))
	}
	return fmt.Sprintf("%d retried: %s", total, strings.Join(each, ", "))
}

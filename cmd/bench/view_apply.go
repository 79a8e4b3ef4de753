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

	"bench/agent"
	"bench/analysis"
	"bench/runner"
)

// Rules of this output: what happens while runs are made goes to standard error, as a live picture on a terminal and as a line
// an event elsewhere; what came of it goes to standard output, in one sentence whose numbers add up to what was planned. With
// -json each event is an object on standard output.

// An applyView shows an apply under way.
type applyView interface {
	event(runner.Event) // one at a time
	stopping()          // at any time
	close()             // no event comes any more
}

func (e *env) newApplyView(c *cli.Context, p *runner.Plan) applyView {
	sum := p.Sum()
	todo := sum.ToRun + sum.Warmups
	switch {
	case c.Bool("json"):
		return &jsonView{line: e.line, notes: e.notes}
	case isLive(e.stderr) && todo > 0:
		estimate, _ := p.Estimate()
		return newLiveView(newConsole(e.stderr.(*os.File)), todo, estimate)
	}
	return &plainView{w: e.notes, clock: clock{started: time.Now(), planned: todo}}
}

// isLive says whether a picture can be drawn there.
func isLive(w io.Writer) bool {
	width, terminal := isTerminal(w)
	return terminal && width > 0 && os.Getenv("TERM") != "dumb"
}

// A closing says how an apply ended.
type closing struct {
	w       io.Writer
	planned runner.Sum
	retried map[string]int // by class of error
}

func newClosing(w io.Writer, p *runner.Plan) *closing {
	return &closing{w: w, planned: p.Sum(), retried: map[string]int{}}
}

func (v *closing) note(e runner.Event) {
	if e.Kind == runner.Retried {
		v.retried[string(e.Error.Class)]++
	}
}

func (v *closing) done(t runner.Tally, took time.Duration) {
	if v.planned.Nothing() {
		fmt.Fprintln(v.w, nothingToDo(v.planned))
		return
	}
	fmt.Fprintf(v.w, "%s.  %s\n", v.account(t), took.Round(100*time.Millisecond))
	if t.Failed+t.Lost > 0 {
		fmt.Fprintln(v.w, "`bench runs -all` tells why runs failed; the next apply tries them again.")
	}
}

func (v *closing) interrupted(t runner.Tally, again string) {
	fmt.Fprintf(v.w, "Interrupted: %s. `%s` goes on from here.\n", v.account(t), again)
}

// broken tells what was made all the same; the reason stands before it, and alone where that is nothing.
func (v *closing) broken(t runner.Tally) {
	if t.Counted+t.Failed+t.Lost == 0 {
		return
	}
	fmt.Fprintf(v.w, "Stopped: %s.\n", v.account(t))
}

// account tells what became of every planned run.
func (v *closing) account(t runner.Tally) string {
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

// describe tells an event in a line; "" for one that is not worth one.
func describe(e runner.Event) string {
	where := whereOf(e)
	switch e.Kind {
	case runner.Counted:
		return fmt.Sprintf("ok      %s  %s", where, e.Took.Round(time.Millisecond))
	case runner.Retried:
		return fmt.Sprintf("retry   %s  attempt %d: %s; again in %s", where, e.Attempt, oneLine(e.Error.Error()), roughly(e.Delay))
	case runner.RunLost:
		return fmt.Sprintf("lost    %s  attempt %d: %s", where, e.Attempt, oneLine(e.Error.Error()))
	case runner.RunFailed:
		return fmt.Sprintf("failed  %s  attempt %d: %s", where, e.Attempt, oneLine(e.Error.Error()))
	case runner.Began:
		return fmt.Sprintf("%s  %s to make", e.Address, analysis.Count(e.Tally.Waiting, "run"))
	case runner.Noted:
		return "note    " + oneLine(e.Message)
	}
	return ""
}

// ended says whether a run has come to its end.
func ended(e runner.Event) bool {
	return e.Kind == runner.Counted || e.Kind == runner.RunFailed || e.Kind == runner.RunLost
}

// whereOf names a run within its experiment: `gpu60_ctx256 run 2`.
func whereOf(e runner.Event) string {
	return fmt.Sprintf("%s %s %d", e.Address.Configuration, e.Address.Kind(), e.Address.Repeat)
}

// roughly rounds a duration to what a reader needs.
func roughly(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}

// A clock knows how long the rest will take: from this apply once a run has ended, from earlier ones before.
type clock struct {
	started       time.Time
	estimate      time.Duration // of the whole, from earlier runs; 0 where there are none
	planned, done int           // runs and warm-ups
	spent         time.Duration // until the last of those ended
}

func (c *clock) tick(now time.Time) {
	c.done++
	c.spent = now.Sub(c.started)
}

// left gives "6m12s left", or "" where it is not known.
func (c *clock) left(now time.Time) string {
	rest := c.estimate
	if c.done > 0 {
		rest = c.spent / time.Duration(c.done) * time.Duration(c.planned-c.done)
	}
	if rest -= now.Sub(c.started) - c.spent; rest < 0 && c.done == 0 {
		return ""
	}
	return max(0, rest).Round(time.Second).String() + " left"
}

// plainView writes a line for each run that ends.
type plainView struct {
	w io.Writer
	clock
}

func (v *plainView) event(e runner.Event) {
	text := describe(e)
	if text == "" {
		return
	}
	if ended(e) {
		now := time.Now()
		v.tick(now)
		text = fmt.Sprintf("[%*d/%d] %s  %s", len(fmt.Sprint(v.planned)), v.done, v.planned, text, v.left(now))
	}
	fmt.Fprintln(v.w, text)
}

const stoppingNote = "Stopping: the current runs end, then it stops. A second interrupt kills them."

func (v *plainView) stopping() { fmt.Fprintln(v.w, stoppingNote) }
func (v *plainView) close()    {}

// jsonView writes an object an event.
type jsonView struct {
	line  func(any) error
	notes io.Writer
}

type eventLine struct {
	Event   runner.EventKind `json:"event"`
	Address string           `json:"address"`
	Slot    int              `json:"slot,omitempty"`
	Attempt int              `json:"attempt,omitempty"`
	Step    string           `json:"step,omitempty"`
	Error   *agent.Error     `json:"error,omitempty"`
	Message string           `json:"message,omitempty"`
	DelayNS int64            `json:"delay_ns,omitempty"`
	TookNS  int64            `json:"took_ns,omitempty"`
	Tally   runner.Tally     `json:"tally"`
}

func (v *jsonView) event(e runner.Event) {
	_ = v.line(eventLine{
		Event: e.Kind, Address: e.Address.String(), Slot: e.Slot, Attempt: e.Attempt, Step: e.Step, Error: e.Error, Message: e.Message,
		DelayNS: e.Delay.Nanoseconds(), TookNS: e.Took.Nanoseconds(), Tally: e.Tally,
	}) // who reads may have gone; the runs go on
}

func (v *jsonView) stopping() { fmt.Fprintln(v.notes, stoppingNote) }
func (v *jsonView) close()    {}

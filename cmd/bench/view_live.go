package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"bench/agent"
	"bench/runner"
)

// Rules of this output: a line for the whole and one for each slot, never wider than the terminal; above them, for good, a line
// for each thing that went wrong. When it ends the picture is wiped, since the closing sentence says the same.

type liveView struct {
	progress *mpb.Progress
	whole    *mpb.Bar

	mu    sync.Mutex // over what follows: it is drawn by another goroutine
	lines map[int]*mpb.Bar
	picture
}

func newLiveView(console *console, planned int, estimate time.Duration) *liveView {
	v := &liveView{lines: map[int]*mpb.Bar{}, picture: picture{
		clock: clock{started: time.Now(), planned: planned, estimate: estimate}, slots: map[int]*slot{},
	}}
	v.progress = mpb.New(mpb.WithConsoleWriter(console), mpb.WithRefreshRate(100*time.Millisecond))
	v.whole = v.add(0, func(width int) string { return v.headline(time.Now(), width) })
	return v
}

// add puts a line into the picture. It is drawn under the lock.
func (v *liveView) add(priority int, text func(width int) string) *mpb.Bar {
	draw := func(w io.Writer, s decor.Statistics) error {
		v.mu.Lock()
		defer v.mu.Unlock()
		_, err := io.WriteString(w, text(s.AvailableWidth))
		return err
	}
	line, _ := v.progress.Add(0, mpb.BarFillerFunc(draw), mpb.BarPriority(priority), mpb.BarFillerTrim()) // it fails only after close
	return line
}

func (v *liveView) event(e runner.Event) {
	v.mu.Lock()
	v.take(e, time.Now())
	_, drawn := v.lines[e.Slot]
	v.mu.Unlock()
	if e.Slot > 0 && !drawn {
		line := v.add(e.Slot, func(width int) string { return v.slotline(e.Slot, width) })
		v.mu.Lock()
		v.lines[e.Slot] = line
		v.mu.Unlock()
	}
	if e.Kind == runner.Retried || e.Kind == runner.RunFailed || e.Kind == runner.RunLost || e.Kind == runner.Noted {
		fmt.Fprintln(v.progress, visible(describe(e)))
	}
}

func (v *liveView) stopping() {
	v.mu.Lock()
	v.stopped = true
	v.mu.Unlock()
	fmt.Fprintln(v.progress, stoppingNote)
}

func (v *liveView) close() {
	for _, line := range v.lines {
		line.Abort(true)
	}
	v.whole.Abort(true)
	v.progress.Wait()
}

// console writes pictures over each other. Each begins at the left: what was typed meanwhile, as the ^C of an interrupt, has
// moved the cursor.
type console struct {
	bytes.Buffer
	w    io.Writer
	size func() (width, height int, err error)
}

func newConsole(f *os.File) *console {
	return &console{w: f, size: func() (int, int, error) { return term.GetSize(int(f.Fd())) }}
}

func (c *console) IsTerminal() bool               { return true }
func (c *console) GetTermSize() (int, int, error) { return c.size() }

// Flush shows the picture of so many lines, and begins the next one with going back over it.
func (c *console) Flush(lines int) error {
	_, err := c.WriteTo(c.w)
	c.WriteByte('\r')
	if lines > 0 {
		fmt.Fprintf(c, "\x1b[%dA", lines)
	}
	c.WriteString("\x1b[J")
	return err
}

// picture is what the live lines say.
type picture struct {
	clock
	experiment string
	slots      map[int]*slot
	retried    int
	failed     int
	stopped    bool
}

// A slot is where one run goes on at a time.
type slot struct{ run, doing, last string }

// take notes an event.
func (p *picture) take(e runner.Event, now time.Time) {
	s := p.slots[e.Slot]
	if s == nil {
		s = &slot{}
		p.slots[e.Slot] = s
	}
	switch e.Kind {
	case runner.Began:
		p.experiment = e.Address.String()
	case runner.Started:
		s.run, s.doing = whereOf(e), ""
	case runner.Stepped:
		s.doing = e.Step
	case runner.Called:
		if e.Call.Error == nil {
			s.last = called(e.Call)
		}
	case runner.Retried:
		p.retried++
		s.doing = fmt.Sprintf("waits %s after %s", roughly(e.Delay), e.Error.Class)
	}
	if ended(e) {
		p.tick(now)
	}
	if ended(e) && e.Kind != runner.Counted {
		p.failed++
	}
}

// called gives a call's tokens and rate.
func called(c *agent.Call) string {
	text := fmt.Sprintf("%d tok", c.OutputTokens)
	if rate, ok := agent.CallMetrics(*c)["throughput"]; ok {
		text += fmt.Sprintf(", %.1f tok/s", rate)
	}
	return text
}

// Widths of the bar, in columns.
const (
	widestBar    = 40
	narrowestBar = 8
)

// headline is the line of the whole. Where it is too wide for a bar it loses first the name, then what was retried, then the bar.
func (p *picture) headline(now time.Time, width int) string {
	count := fmt.Sprintf(" %*d/%d", len(fmt.Sprint(p.planned)), p.done, p.planned)
	left, retried, failed := p.left(now), fmt.Sprintf("%d retried", p.retried), fmt.Sprintf("%d failed", p.failed)
	if p.stopped {
		left = "stopping"
	}
	long, short := dotted(left, retried, failed), dotted(left, failed)
	for _, try := range []struct{ head, tail string }{{" " + p.experiment + "  " + count, long}, {count, long}, {count, short}} {
		room := width - columns(try.head) - columns(try.tail) - 4 // two spaces on each side of the bar
		if room >= narrowestBar {
			return try.head + "  " + bar(p.done, p.planned, min(room, widestBar)) + "  " + try.tail
		}
	}
	return fit(count+"  "+short, width)
}

// dotted joins what is not empty.
func dotted(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// slotline is the line of a slot: the run, what it does, and how the last call went.
func (p *picture) slotline(n, width int) string {
	s := p.slots[n]
	text := fmt.Sprintf("   slot %d  %s", n, s.run)
	if s.doing != "" {
		text += "   " + s.doing
	}
	if s.last != "" {
		text += "   last call " + s.last
	}
	return fit(visible(text), width)
}

// bar draws a share of a length.
func bar(part, whole, length int) string {
	full := length * part / max(1, whole)
	if full >= length {
		return strings.Repeat("━", length)
	}
	return strings.Repeat("━", full) + "╸" + strings.Repeat(" ", length-full-1)
}

// fit cuts a text to a width.
func fit(text string, width int) string { return runewidth.Truncate(text, width, "…") }

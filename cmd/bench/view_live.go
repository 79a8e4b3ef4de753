package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"bench/runner"
)

// Rules of this output: a line for the whole and one for each slot, never wider than the terminal; above them, for good, a line
// for each thing that went wrong. When it ends the picture is wiped, since the closing sentence says the same.

type liveView struct {
	progress *mpb.Progress
	whole    *mpb.Bar
	level    slog.Level

	most int // slots that are drawn: as many as the terminal has lines for

	mu    sync.Mutex // over what follows: it is drawn by another goroutine
	lines map[int]*mpb.Bar
	picture
}

func newLiveView(console *console, planned int, level slog.Level, forecast *runner.Forecast) *liveView {
	v := &liveView{level: level, most: mostSlots(console), lines: map[int]*mpb.Bar{}, picture: picture{
		planned: planned, started: time.Now(), left: forecast.Left, slots: map[int]*slot{},
	}}
	v.progress = mpb.New(mpb.WithConsoleWriter(console), mpb.WithRefreshRate(100*time.Millisecond))
	v.whole = v.add(0, func(width int) string { return v.headline(time.Now(), width) })
	return v
}

// mostSlots leaves room for the line of the whole, for that of the slots that are not drawn, and for a line above the picture. Of a
// picture that is higher than the terminal the first line would be lost.
func mostSlots(c *console) int {
	_, height, err := c.size()
	if err != nil {
		return 1
	}
	return max(1, height-4)
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
	row := min(e.Slot, v.most+1)
	_, drawn := v.lines[row]
	v.mu.Unlock()
	if row > 0 && !drawn {
		text := func(width int) string { return v.slotline(row, time.Now(), width) }
		if row > v.most {
			text = func(width int) string { return v.moreline(v.most, width) }
		}
		line := v.add(row, text)
		v.mu.Lock()
		v.lines[row] = line
		v.mu.Unlock()
	}
	if e.Kind == runner.Ended {
		v.clear()
	}
	if level := levelOf(e); level >= levelWarn && level >= v.level {
		fmt.Fprintln(v.progress, visible(describe(e)))
	}
}

// clear takes the slots out of the picture: the next experiment may have fewer.
func (v *liveView) clear() {
	v.mu.Lock()
	lines := v.lines
	v.lines = map[int]*mpb.Bar{}
	v.mu.Unlock()
	for _, line := range lines {
		line.Abort(true)
	}
}

func (v *liveView) stopping() {
	v.mu.Lock()
	v.stopped = true
	v.mu.Unlock()
	fmt.Fprintln(v.progress, stoppingNote)
}

func (v *liveView) close() {
	v.clear()
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

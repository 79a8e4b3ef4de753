package runner

import (
	"testing"
	"time"

	"bench/agent"
	"bench/spec"
)

// A day is a sweep that is told to a forecast.
type day struct {
	t *testing.T
	f *Forecast
	p *Plan
	e string
	// now is a time of the day, in seconds.
	now float64
}

func (d *day) at() time.Time { return time.Unix(0, 0).Add(time.Duration(d.now * float64(time.Second))) }

func (d *day) note(kind EventKind, configuration string, repeat int) {
	d.f.Note(Event{Kind: kind, Address: spec.Address{Experiment: d.e, Configuration: configuration, Repeat: max(repeat, -repeat), Warmup: repeat < 0}}, d.at())
}

// run makes a run; repeats of warm-ups are negative.
func (d *day) run(configuration string, repeat int, seconds float64, kind EventKind) {
	d.note(Started, configuration, repeat)
	d.now += seconds
	d.note(kind, configuration, repeat)
}

// want holds the seconds that are left; −1 stands for what is not known.
func (d *day) want(what string, seconds float64) {
	d.t.Helper()
	left, known := d.f.Left(d.at())
	got := left.Seconds()
	if !known {
		got = -1
	}
	if diff := got - seconds; diff > 0.01 || diff < -0.01 {
		d.t.Errorf("%s: %.2f s left, want %.2f s", what, got, seconds)
	}
}

func aDay(t *testing.T, parallelism int, more string) *day {
	t.Helper()
	p := plan(t, module(t, quick+quickServer+`
experiment "x" {
  server   = server.emulator.s
  workload = workload.w
  model    = "m"
  repeats  = 4
  options  = matrix

  matrix {
    num_ctx = [256, 512]
  }
`+more+"}\n"))
	return &day{t: t, f: NewForecast(p, parallelism), p: p, e: "x"}
}

// What a configuration took is what its other runs will take; the rest is as what is typical.
func TestForecast(t *testing.T) {
	d := aDay(t, 0, "")
	d.want("nothing is known", -1)
	d.note(Started, "ctx256", 1)
	d.now = 4
	d.want("nothing has ended", -1)
	d.note(Counted, "ctx256", 1)
	d.want("after one run of eight", 7*4)
	d.run("ctx512", 1, 10, Counted)
	d.want("after one of each", 3*4+3*10)
	d.note(Started, "ctx256", 2)
	d.now += 1
	d.want("one is under way", 3+2*4+3*10)
	d.now += 19
	d.want("and takes longer than expected", 5+2*4+3*10)
	d.note(Counted, "ctx256", 2)
	d.want("which changes what is expected", 2*12+3*10)
	d.note(Ended, "", 0)
	d.want("what is left now is not made", 0)
}

// A run that fails at once says nothing of another configuration, and its retries belong to it.
func TestForecastOfFailures(t *testing.T) {
	d := aDay(t, 0, "")
	d.run("ctx256", 1, 0.1, RunFailed)
	d.want("only failures", 7*0.1)
	d.note(Started, "ctx512", 1)
	d.now += 3
	d.f.Note(Event{Kind: Retried, Address: spec.Address{Experiment: "x", Configuration: "ctx512", Repeat: 1}, Error: &agent.Error{}, Delay: time.Second}, d.at())
	d.now++
	d.note(Started, "ctx512", 1)
	d.now += 6
	d.note(Counted, "ctx512", 1)
	d.want("two attempts and the pause between", 3*0.1+3*10)
}

// A server that has to be started, a warm-up that loads the model, and the pauses: none is taken for what a run takes.
func TestForecastOfWarmups(t *testing.T) {
	d := aDay(t, 0, "  warmup = 1\n  isolation {\n    cooldown = \"2s\"\n  }\n")
	d.note(Started, "ctx256", -1)
	d.now += 60
	d.f.Note(Event{Kind: Serving, Address: spec.Address{Experiment: "x", Configuration: "ctx256", Repeat: 1, Warmup: true}, Took: 55 * time.Second}, d.at())
	d.now += 20
	d.note(Counted, "ctx256", -1)
	d.want("a warm-up", 9*(25+2))
	d.run("ctx512", -1, 35, Counted)
	d.want("two", 8*(30+2))
	d.run("ctx256", 1, 3, Counted)
	d.want("a run", 7*(3+2))
}

func TestForecastOfSlots(t *testing.T) {
	d := aDay(t, 4, "")
	for _, name := range []string{"ctx256", "ctx512"} {
		d.note(Started, name, 1)
		d.note(Started, name, 2)
	}
	d.now = 8
	d.note(Counted, "ctx256", 1)
	d.want("three are under way, four wait", (4*8+3*2)/4.)
	for _, r := range []struct {
		name   string
		repeat int
	}{{"ctx256", 2}, {"ctx512", 1}, {"ctx512", 2}} {
		d.note(Counted, r.name, r.repeat)
		d.note(Started, r.name, r.repeat+2)
	}
	d.now = 9
	d.want("the longest of the last ones", max(7, (8+3*7)/4.))
}

// The records that are there say what each configuration takes.
func TestForecastOfEarlierRuns(t *testing.T) {
	d := aDay(t, 0, "")
	if got := apply(t, d.p); got.err != nil {
		t.Fatal(got.err)
	}
	all := spec.Address{Experiment: "x"}
	p := scoped(t, d.p.Module, Scope{Replace: []spec.Address{all}})
	s := p.sections[0]
	for i, name := range []string{"ctx256", "ctx512"} {
		if s.configs[i].name != name || s.tookOf[i].runs != 4 || s.tookOf[i].total <= 0 {
			t.Fatalf("%s: %+v", s.configs[i].name, s.tookOf[i])
		}
		s.tookOf[i].total = time.Duration(i+1) * 4 * time.Second
	}
	d.f = NewForecast(p, 0)
	d.want("nothing was made now", 4*1+4*2)
	d.run("ctx256", 1, 3, Counted)
	d.want("one was", 3*3+4*2)
	if took, from := p.Estimate(); took != 12*time.Second || from != 8 {
		t.Errorf("the plan says %s from %d", took, from)
	}
	one := scoped(t, d.p.Module, Scope{Replace: []spec.Address{{Experiment: "x", Configuration: "ctx512"}}})
	one.sections[0].tookOf[1].total = 8 * time.Second
	if took, _ := one.Estimate(); took != 8*time.Second {
		t.Errorf("four runs of a slow configuration: %s", took)
	}
}

package calibrate

import (
	"context"
	"fmt"
	"time"

	"bench/agent"
	"bench/agent/emulator"
	"bench/agent/load"
	"bench/agent/telemetry"
)

// Options say under which loads the client is measured.
type Options struct {
	Streams  []int         // numbers of streams at once
	Rate     float64       // chunks/s of each of them
	Rates    []float64     // chunks/s of all streams together, ascending; the first at which there is no more to find ends them
	Schedule []float64     // requests/s of open loops
	Each     time.Duration // how long each load goes on

	// Emulate starts an emulator in a process of its own.
	Emulate func(context.Context, emulator.Config) (url string, stop func(), err error)
	// Tell takes each load before it begins; nil: nobody listens.
	Tell func(what string)
}

// Default are the loads that a result is compared by.
func Default() Options {
	return Options{
		Streams: []int{1, 8, 64, 256}, Rate: 50,
		Rates:    []float64{1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000},
		Schedule: []float64{100, 500},
		Each:     3 * time.Second,
	}
}

const (
	ratedStreams = 64               // that share a rate
	mostError    = time.Millisecond // of the p99 of an arrival, at a rate that the client can carry
	leastFed     = 0.9              // share of a planned rate that the emulator must have sent
)

// Run measures. It takes Each for each load, and some moments for the start of the emulator.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := &Result{Schema: Schema, At: time.Now().UTC(), Environment: telemetry.Host(ctx)}
	for _, n := range o.Streams {
		o.tell(fmt.Sprintf("%d streams at %g chunks/s", n, o.Rate))
		l, err := o.level(ctx, n, o.Rate)
		if err != nil {
			return nil, err
		}
		r.Levels = append(r.Levels, l)
	}
	if err := o.rates(ctx, r); err != nil {
		return nil, err
	}
	for _, rate := range o.Schedule {
		o.tell(fmt.Sprintf("open loop of %g requests/s", rate))
		s, err := o.schedule(ctx, rate)
		if err != nil {
			return nil, err
		}
		r.Schedule = append(r.Schedule, s)
	}
	return r, nil
}

func (o Options) tell(what string) {
	if o.Tell != nil {
		o.Tell(what)
	}
}

// rates goes up to the first rate at which the client's error is too large, or that the emulator can't feed.
func (o Options) rates(ctx context.Context, r *Result) error {
	r.Limit.Reason = "untried"
	for _, rate := range o.Rates {
		o.tell(fmt.Sprintf("%g chunks/s", rate))
		l, err := o.level(ctx, ratedStreams, rate/ratedStreams)
		if err != nil {
			return err
		}
		r.Rates = append(r.Rates, l)
		if p99 := l.reported().Arrival.P99; p99 > float64(mostError) || l.Failed > 0 {
			r.Limit.Reason, r.Limit.Exceeded = "error", p99
			return nil
		}
		r.Limit.Rate = rate
		if l.Fed < leastFed*rate {
			r.Limit.Rate, r.Limit.Reason = l.Fed, "emulator"
			return nil
		}
	}
	return nil
}

// schedule measures how late the calls of an open loop are sent.
func (o Options) schedule(ctx context.Context, rate float64) (Schedule, error) {
	url, stop, err := o.Emulate(ctx, emulator.Config{TokensPerSecond: 1e6})
	if err != nil {
		return Schedule{}, err
	}
	defer stop()
	client, err := agent.NewClient(agent.Endpoint{Kind: "emulator", URL: url})
	if err != nil {
		return Schedule{}, err
	}
	defer client.Close()
	summary, err := load.Run(ctx, load.Options{
		Profile: load.Profile{Arrival: load.Constant, Rate: rate, Warmup: o.Each / 4, Duration: o.Each},
		Call:    client.Generate,
		Request: func(i int) (agent.Request, error) { return request(fmt.Sprint("schedule ", i), 1), nil },
	})
	if err != nil {
		return Schedule{}, err
	}
	delay := summary.Metrics[load.ScheduleDelay]
	return Schedule{Rate: rate, Calls: delay.Count, P50: delay.P50, P99: delay.P99, Max: delay.Max}, nil
}

func request(id string, tokens int) agent.Request {
	return agent.Request{ID: id, Step: "calibrate", Model: "calibrate", Prompt: "Say something.", MaxTokens: tokens}
}

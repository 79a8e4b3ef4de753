package emulator

import (
	"fmt"
	"math"
	"time"
)

// A Config is the timing that is planted. The zero value answers at once, at 100 tokens/s.
type Config struct {
	Seed            uint64        `json:"seed"`
	LoadTime        time.Duration `json:"load_time_ns"`      // paid by a call that finds its model not loaded
	TTFT            time.Duration `json:"ttft_ns"`           // from the loaded model to the first token
	TokensPerSecond float64       `json:"tokens_per_second"` // 0: 100
	Jitter          float64       `json:"jitter"`            // sigma of the lognormal noise of each gap between tokens; at most 1
	OutputTokens    int           `json:"output_tokens"`     // of an answer that num_predict does not limit; 0: 64
	Models          []string      `json:"models,omitempty"`  // that it has; none: whatever is asked for
	Effects         []Effect      `json:"effects,omitempty"`
	Faults          []Fault       `json:"faults,omitempty"`
	Style           Style         `json:"style,omitzero"`
	Replay          []Recording   `json:"replay,omitempty"`    // calls that are answered as these were; where none fits, as planted
	SentKept        int           `json:"sent_kept,omitempty"` // chunks whose send time is remembered; 0: 262144. The oldest calls are forgotten first
}

// An Effect changes the timing of the calls whose options are those of When. Changes are relative: 0.02
// is 2 % more. Where several effects meet a call, their factors multiply.
type Effect struct {
	When            map[string]any `json:"when"` // numbers are equal within a relative 1e-6
	TokensPerSecond float64        `json:"tokens_per_second,omitempty"`
	TTFT            float64        `json:"ttft,omitempty"`
	LoadTime        float64        `json:"load_time,omitempty"`
}

func (c Config) validate() error {
	switch {
	case c.LoadTime < 0 || c.TTFT < 0:
		return fmt.Errorf("load_time and ttft may not be negative")
	case !(c.TokensPerSecond >= 0) || math.IsInf(c.TokensPerSecond, 0):
		return fmt.Errorf("tokens_per_second is %v: it must be a positive number", c.TokensPerSecond)
	case !(c.Jitter >= 0 && c.Jitter <= 1):
		return fmt.Errorf("jitter is %v: it must lie between 0 and 1", c.Jitter)
	case c.SentKept < 0:
		return fmt.Errorf("sent_kept is %d: it may not be negative", c.SentKept)
	case c.OutputTokens < 0 || c.OutputTokens > maxTokens:
		return fmt.Errorf("output_tokens is %d: it must lie between 0 and %d", c.OutputTokens, maxTokens)
	}
	for i, e := range c.Effects {
		if err := e.validate(); err != nil {
			return fmt.Errorf("effect %d: %w", i+1, err)
		}
	}
	for i, r := range c.Replay {
		if err := r.validate(); err != nil {
			return fmt.Errorf("recording %d: %w", i+1, err)
		}
	}
	if err := c.Style.validate(); err != nil {
		return fmt.Errorf("style: %w", err)
	}
	return validateFaults(c.Faults)
}

func (e Effect) validate() error {
	if len(e.When) == 0 {
		return fmt.Errorf("it has no condition: what holds for every call belongs into the server's own timing")
	}
	for name, change := range map[string]float64{"tokens_per_second": e.TokensPerSecond, "ttft": e.TTFT, "load_time": e.LoadTime} {
		if !(change > -1) || math.IsInf(change, 0) {
			return fmt.Errorf("%s changes by %v: it must be more than -1 (-100 %%)", name, change)
		}
	}
	return nil
}

// applies says whether the options have every value that the effect asks for.
func (e Effect) applies(options map[string]any) bool {
	for name, want := range e.When {
		got, given := options[name]
		if !given || !equal(got, want) {
			return false
		}
	}
	return true
}

func equal(a, b any) bool {
	x, isNumber := number(a)
	y, areNumbers := number(b)
	if isNumber && areNumbers {
		return math.Abs(x-y) <= 1e-6*max(math.Abs(x), math.Abs(y))
	}
	return fmt.Sprint(a) == fmt.Sprint(b) && isNumber == areNumbers
}

// number takes what JSON or Go code gives as one.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	}
	return 0, false
}

package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"slices"
	"syscall"
	"time"
)

// A MetricsChange is what changed on a server's page of metrics during a run. What did not, or is new and 0, is left out.
// A series is named as on the page, with its labels in order.
type MetricsChange struct {
	Counters map[string]float64  `json:"counters,omitempty"` // differences, those of the sums and counts of histograms and summaries among them
	Gauges   map[string]Movement `json:"gauges,omitempty"`
	Reset    []string            `json:"reset,omitempty"` // counters that went back: the server was started anew
	Cut      int                 `json:"cut,omitempty"`   // series that changed and are left out, since there were too many or their values are no numbers
}

// A Movement is a value before a run and after it.
type Movement struct {
	Before *float64 `json:"before,omitempty"` // nil where the series began in the run
	After  float64  `json:"after"`
}

// Limits of a page of metrics.
const (
	pageLimit    = 4 << 20
	scrapeLimit  = 2 * time.Second
	changesLimit = 512 // series that are recorded
)

// A Scrape gets a server's page of metrics. It should give up when the context ends.
type Scrape func(ctx context.Context) ([]byte, error)

// ScrapeHTTP gets the page from an address, such as that of a server with the path /metrics.
func ScrapeHTTP(client *http.Client, url string) Scrape {
	return func(ctx context.Context) ([]byte, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, errors.New("the address of the metrics cannot be read")
		}
		request.Header.Set("Accept", "text/plain; version=0.0.4")
		answer, err := client.Do(request)
		if err != nil {
			return nil, withoutAddress(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("the server has no metrics: it answers %d", answer.StatusCode)
		}
		return io.ReadAll(io.LimitReader(answer.Body, pageLimit+1))
	}
}

// withoutAddress keeps the cause of a failed request, and not the address that net and net/http put around it.
func withoutAddress(err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Errorf("the metrics cannot be had: %w", errno)
	}
	return errors.New("the metrics cannot be had")
}

// samples gets and reads the page. It returns in time even if the scrape does not.
func (scrape Scrape) samples(ctx context.Context, hosts hostNumbers) (map[string]metricSample, error) {
	type result struct {
		page []byte
		err  error
	}
	caller := ctx
	ctx, cancel := context.WithTimeout(caller, scrapeLimit)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		page, err := scrape(ctx)
		done <- result{page, err}
	}()
	select {
	case r := <-done:
		switch {
		case r.err != nil && ctx.Err() == nil:
			return nil, r.err
		case len(r.page) > pageLimit:
			return nil, fmt.Errorf("the metrics are over %d MiB long", pageLimit>>20)
		case r.err == nil:
			return parseMetrics(r.page, hosts)
		}
	case <-ctx.Done():
	}
	if caller.Err() != nil {
		return nil, errors.New("the run was interrupted before the metrics were there")
	}
	return nil, fmt.Errorf("the metrics took over %v", scrapeLimit)
}

// metricsChange gives the differences between two pages.
func metricsChange(before, after map[string]metricSample) *MetricsChange {
	change := &MetricsChange{Counters: map[string]float64{}, Gauges: map[string]Movement{}}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		now := after[name]
		was, known := before[name] // a counter that is new began at 0
		if now.value == was.value || known && math.IsNaN(now.value) && math.IsNaN(was.value) {
			continue
		}
		difference := now.value - was.value
		switch {
		case math.IsNaN(difference) || math.IsInf(difference, 0), change.size() == changesLimit:
			change.Cut++
		case now.kind == gauge && known:
			change.Gauges[name] = Movement{&was.value, now.value}
		case now.kind == gauge:
			change.Gauges[name] = Movement{nil, now.value}
		case difference < 0:
			change.Reset = append(change.Reset, name)
		default:
			change.Counters[name] = difference
		}
	}
	return change
}

func (c *MetricsChange) size() int { return len(c.Counters) + len(c.Gauges) + len(c.Reset) }

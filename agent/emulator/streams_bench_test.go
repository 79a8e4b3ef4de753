package emulator

import (
	"fmt"
	"sync"
	"testing"
)

// How many chunks a second it sends where more are due than it can send, to clients in this process that only read.
func BenchmarkStreams(b *testing.B) {
	for _, streams := range []int{1, 64, 1000} {
		b.Run(fmt.Sprint(streams), func(b *testing.B) {
			const tokens = 500
			_, addr := serving(b, Config{TokensPerSecond: 1e6, OutputTokens: tokens})
			chunks := 0
			for b.Loop() {
				var calls sync.WaitGroup
				for range streams {
					calls.Go(func() {
						conn := dial(b, addr, "/api/generate", `{"model":"m","prompt":"p"}`)
						defer conn.Close()
						if _, _, err := answered(b, conn); err != nil {
							b.Error(err)
						}
					})
				}
				calls.Wait()
				chunks += streams * (tokens + 1)
			}
			b.ReportMetric(float64(chunks)/b.Elapsed().Seconds(), "chunks/s")
		})
	}
}

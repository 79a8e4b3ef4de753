package servicetest

import (
	"fmt"
	"runtime"
	"testing"
)

// A verdict stands for a test, and keeps how it ended.
type verdict struct {
	testing.TB
	said string
}

func (v *verdict) Helper() {}
func (v *verdict) Skipf(f string, a ...any) {
	v.said = "skip: " + fmt.Sprintf(f, a...)
	runtime.Goexit()
}
func (v *verdict) Fatalf(f string, a ...any) {
	v.said = "fail: " + fmt.Sprintf(f, a...)
	runtime.Goexit()
}

func TestOllama(t *testing.T) {
	for _, test := range []struct{ host, require, url, said string }{
		{"127.0.0.1:1", "", "http://127.0.0.1:1", ""},
		{"https://h", "all", "https://h", ""},
		{"", "", "", "skip: OLLAMA_HOST is not set: this test needs an Ollama server with the models tiny and small"},
		{"", "all", "", "fail: OLLAMA_HOST is not set, and BENCH_TEST_REQUIRE=all wants an Ollama server with the models tiny and small"},
	} {
		t.Setenv("OLLAMA_HOST", test.host)
		t.Setenv("BENCH_TEST_REQUIRE", test.require)
		var url string
		v := &verdict{}
		t.Run("", func(t *testing.T) { // its end gives the service back
			v.TB = t
			done := make(chan struct{})
			go func() {
				defer close(done)
				url = Ollama(v)
			}()
			<-done
		})
		if url != test.url || v.said != test.said {
			t.Errorf("%q, %q: %q, %q", test.host, test.require, url, v.said)
		}
	}
}

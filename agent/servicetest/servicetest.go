// Package servicetest is the one gate before tests that need a service which not every machine has.
//
// A test behind it is skipped, with the reason, where the service isn't named in the environment. A
// build that promises all of them sets BENCH_TEST_REQUIRE=all: then a service that is missing fails the
// test, so that nothing can be skipped unnoticed.
package servicetest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// Ollama gives the URL of the Ollama server named by OLLAMA_HOST, which has the models tiny and small.
// The test has the server for itself until it ends: what one loads another would unload, and the
// packages of one `go test` run at once. So it is called once a test, and not again in its subtests.
func Ollama(t testing.TB) string {
	t.Helper()
	host := Variable(t, "OLLAMA_HOST", "an Ollama server with the models tiny and small")
	alone(t, "ollama")
	if strings.Contains(host, "://") {
		return host
	}
	return "http://" + host
}

// alone waits until no other test on this machine has the service.
func alone(t testing.TB, service string) {
	t.Helper()
	lock := flock.New(filepath.Join(os.TempDir(), "bench-test-"+service+".lock"))
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		t.Fatalf("another test keeps %s: %v", service, err)
	}
	t.Cleanup(func() { _ = lock.Unlock() })
}

// Variable gives the value of an environment variable that names a service, described by what.
func Variable(t testing.TB, name, what string) string {
	t.Helper()
	value := os.Getenv(name)
	switch {
	case value != "":
	case os.Getenv("BENCH_TEST_REQUIRE") == "all":
		t.Fatalf("%s is not set, and BENCH_TEST_REQUIRE=all wants %s", name, what)
	default:
		t.Skipf("%s is not set: this test needs %s", name, what)
	}
	return value
}

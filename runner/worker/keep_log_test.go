package worker

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"bench/runner/caplog"
)

// A syncBuffer is a log that is read while it is written.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// The log has no secret, in one piece or two, on either stream, and is there while the server runs. It has the last words of a server
// whose runner is gone.
func TestKeepSecrets(t *testing.T) {
	in, theirs := io.Pipe()
	var log syncBuffer
	code := make(chan int, 1)
	go func() {
		code <- KeepSecrets([]string{"sh", "-c", `trap 'echo bye hunter2; exit 9' TERM; printf 'key: hun'; sleep 0.05; echo ter2; echo hunter2 >&2; while :; do sleep 0.01; done`}, in, &log)
	}()
	if _, err := io.WriteString(theirs, "[\"hunter2\"]\n"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); log.String() != "key: (sensitive)\n(sensitive)\n"; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q", log.String())
		}
	}
	_ = theirs.Close()
	if c := <-code; c != 9 || !strings.HasSuffix(log.String(), "\nbye (sensitive)\n") {
		t.Errorf("%d, %q", c, log.String())
	}
}

// Another process that holds the log open is not waited for.
func TestKeepSecretsDoesNotWaitForOthers(t *testing.T) {
	in, theirs := io.Pipe()
	var log syncBuffer
	code := make(chan int, 1)
	go func() {
		code <- KeepSecrets([]string{"sh", "-c", "trap 'exit 3' TERM; echo $$; while :; do sleep 0.01; done"}, in, &log)
	}()
	if _, err := io.WriteString(theirs, "[\"hunter2\"]\n"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "\n"); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q", log.String())
		}
	}
	held, err := os.OpenFile("/proc/"+strings.TrimSpace(log.String())+"/fd/1", os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("it takes a /proc")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	_ = theirs.Close()
	select {
	case c := <-code:
		if c != 3 {
			t.Errorf("%d", c)
		}
	case <-time.After(time.Minute):
		t.Error("the keeper does not end")
	}
}

func TestKeepSecretsNeedsThem(t *testing.T) {
	for _, line := range []string{"", "[\"hunter2\"", "{}\n"} {
		var log syncBuffer
		if code := KeepSecrets([]string{"true"}, strings.NewReader(line), &log); code != exitUsage || !strings.Contains(log.String(), "no list of secrets") {
			t.Errorf("%q: %d, %s", line, code, log.String())
		}
	}
}

// A log that can't be written is no reason to hold up the server: more than a pipe holds is thrown away.
func TestKeepSecretsWhereTheLogIsFull(t *testing.T) {
	in := io.MultiReader(strings.NewReader("[\"hunter2\"]\n"), never{})
	if code := KeepSecrets([]string{"sh", "-c", "head -c 1000000 /dev/zero; exit 5"}, in, full{}); code != 5 {
		t.Errorf("%d", code)
	}
}

type never struct{}

func (never) Read([]byte) (int, error) { select {} }

// Without secrets, too, the log has its beginning and its end.
func TestKeepCapsTheLog(t *testing.T) {
	var log syncBuffer
	in, _ := io.Pipe()
	code := Keep([]string{"sh", "-c", "echo first; head -c 20000000 /dev/zero; echo last >&2; exit 5"}, in, &log)
	text := log.String()
	if most := caplog.MaxBegin + caplog.MaxEnd + 100; code != 5 || len(text) > most || !strings.HasPrefix(text, "first\n") || !strings.HasSuffix(text, "last\n") || !strings.Contains(text, " bytes are left out here\n") {
		t.Errorf("%d, %d bytes", code, len(text))
	}
}

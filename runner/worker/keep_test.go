package worker

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// isAlive says whether a process runs; one that only waits to be reaped by its parent does not.
func isAlive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && !strings.Contains(string(status), "State:\tZ")
}

// number reads a line with a process number.
func number(t *testing.T, r *bufio.Reader) int {
	t.Helper()
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func mustEnd(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); isAlive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("%d is still there", pid)
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return
		}
	}
}

// A kept server ends with the input, also one that does not listen to TERM, and with it whatever it started.
func TestKeepEndsWithItsInput(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		code   int
	}{
		"TERM":   {"trap 'exit 9' TERM; sleep 100 & echo $!; wait", 9},
		"signal": {"sleep 100 & echo $!; wait", 128 + 15},
		"KILL":   {"trap '' TERM; sleep 100 & echo $!; while :; do wait; done", 128 + 9},
	} {
		t.Run(name, func(t *testing.T) {
			in, theirs := io.Pipe()
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			code := make(chan int)
			go func() { code <- keep([]string{"sh", "-c", test.script}, in, write, io.Discard, 100*time.Millisecond) }()
			child := number(t, bufio.NewReader(read))
			if !isAlive(child) {
				t.Fatal("it has ended before its input did")
			}
			_ = theirs.Close()
			if got := <-code; got != test.code {
				t.Errorf("exit code %d, want %d", got, test.code)
			}
			mustEnd(t, child)
		})
	}
}

// A server that ends by itself gives its exit code, and takes with it what it started.
func TestKeepEndsWithItsServer(t *testing.T) {
	in, _ := io.Pipe()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if code := keep([]string{"sh", "-c", "sleep 100 & echo $!; exit 7"}, in, write, io.Discard, 100*time.Millisecond); code != 7 {
		t.Errorf("exit code %d", code)
	}
	mustEnd(t, number(t, bufio.NewReader(read)))
}

// A keeper that is told to end does not leave its server behind.
func TestKeeperIsToldToEnd(t *testing.T) {
	c := exec.Command(os.Args[0], "sh", "-c", "echo $$; exec sleep 100")
	c.Env = append(os.Environ(), "BE_A=keeper")
	if _, err := c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	server := number(t, bufio.NewReader(out))
	_ = c.Process.Signal(syscall.SIGTERM)
	_ = c.Wait()
	mustEnd(t, server)
}

func TestKeepNothing(t *testing.T) {
	var log bytes.Buffer
	if code := Keep(nil, strings.NewReader(""), &log); code != 64 || log.String() != "keep: no command\n" {
		t.Errorf("%d %q", code, log.String())
	}
	log.Reset()
	if code := Keep([]string{"/no/such/program"}, strings.NewReader(""), &log); code != 64 || !strings.HasPrefix(log.String(), "keep: fork/exec /no/such/program: ") {
		t.Errorf("%d %q", code, log.String())
	}
}

package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const holdEnv = "JOURNAL_TEST_HOLD"

// TestMain lets the test's own binary be the other process.
func TestMain(m *testing.M) {
	dir := os.Getenv(holdEnv)
	if dir == "" {
		os.Exit(m.Run())
	}
	j, err := Open(dir, "node3")
	if err == nil {
		_, err = j.Start(run1, addressOf(run1), "h1")
	}
	fmt.Println("held", err)
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
	os.Exit(0)
}

func TestLockOfAnotherProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tr111")
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), holdEnv+"="+dir)
	stdin, err := other.StdinPipe()
	must(t, err)
	defer stdin.Close()
	stdout, err := other.StdoutPipe()
	must(t, err)
	must(t, other.Start())
	defer other.Process.Kill()
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held <nil>\n" {
		t.Fatalf("%q, %v", line, err)
	}

	_, err = Open(dir, "")
	inUse, ok := errors.AsType[*InUseError](err)
	if !ok || inUse.Holder.PID != other.Process.Pid || inUse.Holder.Host != "node3" {
		t.Fatalf("error %v", err)
	}
	if _, err := Events(dir); err != nil {
		t.Errorf("reading needs the lock: %v", err)
	}
	must(t, other.Process.Kill())
	_ = other.Wait()

	j := mustOpen(t, dir) // nobody had to remove anything
	defer j.Close()
	if left := j.Unfinished(); len(left) != 1 || left[0].Place != run1 {
		t.Errorf("unfinished: %v", left)
	}
}

func TestLockWithinTheProcess(t *testing.T) {
	dir := fastDir(t)
	j := mustOpen(t, dir)
	if _, err := Open(dir, ""); err == nil {
		t.Fatal("opened twice")
	}
	must(t, j.Close())
	must(t, mustOpen(t, dir).Close())
}

func TestInUseMessage(t *testing.T) {
	since := time.Date(2026, 3, 2, 12, 3, 4, 0, time.Local)
	for want, holder := range map[string]Holder{
		"runs/tr111 is in use by pid 4711 since 2026-03-02 12:03:04; wait or stop it":          {PID: 4711, Since: since},
		"runs/tr111 is in use by pid 4711 on node3 since 2026-03-02 12:03:04; wait or stop it": {PID: 4711, Since: since, Host: "node3"},
		"runs/tr111 is in use by another process; wait or stop it":                             {},
	} {
		if got := (&InUseError{"runs/tr111", holder}).Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A lock that can't be taken for another reason is not in use.
func TestLockFails(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, lockFile), 0o777))
	if _, err := Open(dir, ""); err == nil || strings.Contains(err.Error(), "in use") || !strings.Contains(err.Error(), "can't be locked") {
		t.Errorf("error %v", err)
	}
}

// Whoever holds a folder keeps others out, and writes nothing into it; a folder that is not there is not made.
func TestHold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x")
	letGo, err := Hold(dir, "")
	must(t, err)
	letGo()
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
	must(t, mustOpen(t, dir).Close())
	before, err := os.ReadFile(filepath.Join(dir, journalFile))
	must(t, err)
	letGo, err = Hold(dir, "node3")
	must(t, err)
	_, err = Open(dir, "")
	if inUse, ok := errors.AsType[*InUseError](err); !ok || inUse.Holder.Host != "node3" {
		t.Errorf("error %v", err)
	}
	letGo()
	if after, err := os.ReadFile(filepath.Join(dir, journalFile)); err != nil || string(after) != string(before) {
		t.Errorf("the journal was written to: %v", err)
	}
	j := mustOpen(t, dir)
	defer j.Close()
	if _, err := Hold(dir, ""); err == nil {
		t.Error("held twice")
	}
}

// Whose lock is taken away, or whose folder is moved, writes nothing more where another may write by now, and takes nothing from it.
func TestLockIsLost(t *testing.T) {
	for name, take := range map[string]func(dir string) error{
		"the lock's file is removed": func(dir string) error { return os.Remove(filepath.Join(dir, lockFile)) },
		"the folder is moved":        func(dir string) error { return os.Rename(dir, dir+".old") },
		"the folder above it is":     func(dir string) error { return os.Rename(filepath.Dir(dir), filepath.Dir(dir)+".old") },
	} {
		for _, another := range []bool{false, true} {
			dir := fastDir(t)
			j := mustOpen(t, dir)
			must(t, j.Commit(recordOf(mustStart(t, j, run1), Counted)))
			a, b := mustStart(t, j, run2), mustStart(t, j, other1)
			must(t, take(dir))
			var signed []byte
			if another {
				other := mustOpen(t, dir)
				defer other.Close()
				signed, _ = os.ReadFile(filepath.Join(dir, lockFile))
			}
			_, started := j.Start(run1, addressOf(run1), "h1")
			for what, err := range map[string]error{"start": started, "commit": j.Commit(recordOf(a, Counted)), "keep": j.Keep(recordOf(b, Failed))} {
				if lost, ok := errors.AsType[*LostError](err); !ok || lost.Path != filepath.Join(dir, lockFile) {
					t.Errorf("%s, another has it: %t: %s: %v", name, another, what, err)
				}
			}
			must(t, j.Close())
			if is, _ := os.ReadFile(filepath.Join(dir, lockFile)); string(is) != string(signed) {
				t.Errorf("%s: the other's name became %q", name, is)
			}
			if _, err := os.Stat(run2.Record(dir)); err == nil {
				t.Errorf("%s, another has it: %t: a record was written", name, another)
			}
		}
	}
}

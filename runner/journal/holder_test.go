package journal

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"bench/runner/reaper"
)

func TestHeldBy(t *testing.T) {
	dir := t.TempDir()
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	unasked := exec.Command("true") // nobody waits for it before the end of the test
	if err := unasked.Start(); err != nil {
		t.Fatal(err)
	}
	defer unasked.Wait()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := reaper.Started(unasked.Process.Pid); err != nil {
			break
		}
	}
	gone, here, now := ended.Process.Pid, os.Getpid(), time.Now()
	start, _ := reaper.Started(here)
	for name, test := range map[string]struct {
		lock string
		want Presence // "": nobody
	}{
		"no file":                {},
		"nobody":                 {lock: " "},
		"half written":           {lock: `{"pid":1`},
		"here":                   {lockText(newHolder("h", now)), Present},
		"the clock went forward": {lockText(newHolder("h", now.Add(-1000*time.Hour))), Present},
		"the clock was set back": {lockText(newHolder("h", now.Add(1000*time.Hour))), Present},
		"an earlier version":     {lockText(Holder{Host: "h", PID: here, Since: now}), Present},
		"ticks are not known":    {lockText(Holder{Host: "h", PID: here, Since: now, Boot: bootID()}), Present},
		"killed":                 {lockText(Holder{Host: "h", PID: gone, Since: now, Boot: bootID()}), Gone},
		"ended, not asked about": {lockText(Holder{Host: "h", PID: unasked.Process.Pid, Since: now, Boot: bootID()}), Gone},
		"another machine":        {lockText(Holder{Host: "other", PID: here, Since: now, Boot: "x"}), Away},
		"an earlier boot":        {lockText(Holder{Host: "h", PID: here, Since: now, Boot: "x"}), Gone},
		"the number of today":    {lockText(Holder{Host: "h", PID: here, Since: now, Boot: bootID(), Start: start + 1}), Gone},
	} {
		path := filepath.Join(dir, lockFile)
		_ = os.Remove(path)
		if test.lock != "" {
			if err := os.WriteFile(path, []byte(test.lock), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		h, presence, err := HeldBy(dir, "h")
		if err != nil || presence != test.want || (h == nil) != (test.want == "") {
			t.Errorf("%s: %+v %q %v, want %q", name, h, presence, err, test.want)
		}
	}
}

func lockText(h Holder) string {
	text, err := json.Marshal(h)
	if err != nil {
		panic(err)
	}
	return string(text) + "\n"
}

// Who only looks does not keep an apply from taking the lock, and sees it come and go.
func TestHeldByTakesNothing(t *testing.T) {
	dir := t.TempDir()
	j, err := Open(dir, "h")
	if err != nil {
		t.Fatal(err)
	}
	if h, presence, err := HeldBy(dir, "h"); err != nil || presence != Present || h.PID != os.Getpid() {
		t.Errorf("%+v %q %v", h, presence, err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if h, _, err := HeldBy(dir, "h"); err != nil || h != nil {
		t.Errorf("%+v %v", h, err)
	}
}

package telemetry

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// A file is read once in a moment, anew in the next, and found again only where no more can be kept open.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f := newFiles(os.DirFS(dir))
	defer f.close()
	read := func(name, want string) {
		t.Helper()
		if got, err := f.text(name); got != want || err != nil {
			t.Errorf("%s reads %.40q, want %.40q: %v", name, got, want, err)
		}
	}
	long := strings.Repeat("0123456789", 5_000)
	for i := range keptLimit + 1 {
		write(strconv.Itoa(i), " one\n")
		read(strconv.Itoa(i), "one")
	}
	write("0", long)
	write(strconv.Itoa(keptLimit), "two")
	read("0", "one")
	f.moment()
	read("0", long)
	read(strconv.Itoa(keptLimit), "two")
	if _, err := f.text("none"); err == nil {
		t.Error("a file that is not there is read")
	}
	if len(f.kept) != keptLimit {
		t.Errorf("%d files are kept open", len(f.kept))
	}
}

// An observation leaves no file open.
func TestObserveClosesFiles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("open files are counted in Linux' /proc only")
	}
	count := func() int {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(open)
	}
	once := func() {
		o := Observe(t.Context(), Subject{})
		o.Begin()
		o.End(t.Context())
	}
	once() // what the runtime opens for good
	before := count()
	once()
	if after := count(); after != before {
		t.Errorf("%d files are open, %d before", after, before)
	}
}

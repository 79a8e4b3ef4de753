package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// smallDisk is a file system of its own in memory.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		required(t, "a small disk", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// readOnly makes a folder one that nobody may write to, not even root. What it gives back undoes that.
func readOnly(t *testing.T, dir string) (undo func()) {
	t.Helper()
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		required(t, "a read-only folder", err)
	}
	undo = func() { _ = unix.Unmount(dir, unix.MNT_DETACH) }
	t.Cleanup(undo)
	if err := unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		required(t, "a read-only folder", err)
	}
	return undo
}

// fill takes all of a disk but so many bytes. Removing the file that it gives makes room again.
func fill(t *testing.T, dir string, left int64) (filler string) {
	t.Helper()
	free, _ := must2(diskFree(dir))
	filler = filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, free-left), 0o666); err != nil {
		t.Fatal(err)
	}
	return filler
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}

// The disk is full: after so many pages of memory, another step of the sweep is the one that finds no room. What was counted before
// stays, the sum adds up, the error says what happened, and once there is room the rest is made.
func TestDiskIsFullAtEachStage(t *testing.T) {
	const page = 4096
	stride := int64(1)
	if !thorough() {
		stride = 3
	}
	failed, dir := 0, smallDisk(t, "1m")
	for pages := int64(0); ; pages += stride {
		if err := os.RemoveAll(filepath.Join(dir, "runs")); err != nil {
			t.Fatal(err)
		}
		write(t, dir, map[string]string{"experiment.hcl": six})
		m := loadModule(t, dir)
		filler := fill(t, dir, pages*page)
		got := applier{fillDisk: true}.apply(t, plan(t, m))
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
		if sum := got.tally; sum.Planned != 6 || sum.Planned != sum.Before+sum.Counted+sum.Failed+sum.Lost+sum.Waiting {
			t.Errorf("%d pages: %+v", pages, sum)
		}
		if got.err == nil {
			if got.tally.Counted != 6 {
				t.Errorf("%d pages: %+v without an error", pages, got.tally)
			}
			break
		}
		failed++
		t.Logf("%d pages: %+v: %v", pages, got.tally, got.err)
		if !errors.Is(got.err, syscall.ENOSPC) || !strings.Contains(got.err.Error(), dir) || !strings.Contains(got.err.Error(), toGoOn) {
			t.Errorf("%d pages: %v", pages, got.err)
		}
		after := apply6(t, dir)
		if after.err != nil || after.tally.Before != got.tally.Counted || after.tally.Counted != 6-got.tally.Counted {
			t.Errorf("%d pages: %+v, then %+v %v", pages, got.tally, after.tally, after.err)
		}
		audit(t, m)
	}
	if failed < 5 {
		t.Errorf("the disk was full in %d cases only", failed)
	}
}

func apply6(t *testing.T, dir string) application {
	t.Helper()
	return applier{fillDisk: true}.apply(t, plan(t, loadModule(t, dir)))
}

// The disk fills up while a sweep goes on: it stops before there is no room, what goes on ends and counts, and it says how to go on.
func TestSweepStopsBeforeTheDiskIsFull(t *testing.T) {
	dir := smallDisk(t, "40m")
	write(t, dir, map[string]string{"experiment.hcl": six})
	m := loadModule(t, dir)
	filler := ""
	got := applier{on: func(e Event) {
		if e.Kind == Counted && filler == "" {
			filler = fill(t, dir, 12<<20)
		}
	}}.apply(t, plan(t, m))
	if got.tally != (Tally{Planned: 6, Counted: got.tally.Counted, Waiting: 6 - got.tally.Counted}) || got.tally.Counted == 0 || got.tally.Waiting == 0 {
		t.Errorf("%+v", got.tally)
	}
	want := fmt.Sprintf("experiment.x: 12.0 MiB of disk are free for %s, and its next run may need 24.", filepath.Join(dir, "runs", "x"))
	if got.err == nil || !strings.HasPrefix(got.err.Error(), want) || !strings.HasSuffix(got.err.Error(), "make room; what counts is kept, and the next apply goes on from there") {
		t.Errorf("error: %v, want %s", got.err, want)
	}
	// bench itself says so too, and how far it came.
	c := start(t, "apply", filepath.Join(dir, "experiment.hcl"))
	c.wait(t, 1)
	if out := c.out.String(); !strings.Contains(out, "bench: experiment.x: 1") || !strings.Contains(out, "of disk are free for ") {
		t.Errorf("it says:\n%s", out)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if after := apply(t, plan(t, m)); after.err != nil || after.tally != (Tally{Planned: 6, Before: got.tally.Counted, Counted: got.tally.Waiting}) {
		t.Errorf("with room again: %+v %v", after.tally, after.err)
	}
	audit(t, m)
}

// Room is kept for the log of a server that is started with a command: it may fill up while a run goes on.
func TestRoomIsKeptForTheLogOfAServer(t *testing.T) {
	sign := mark(t)
	dir, port := smallDisk(t, "20m"), freePort(t)
	write(t, dir, map[string]string{"experiment.hcl": quick + kept("s", port, anEmulator(port)) + on("server.ollama.s", "  repeats = 2")})
	p := plan(t, loadModule(t, dir))
	got := apply(t, p)
	if got.tally != (Tally{Planned: 2, Waiting: 2}) || got.err == nil || !strings.Contains(got.err.Error(), "its next run may need 24.0 MiB: ") {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	if got := (applier{fillDisk: true}).apply(t, p); got.err != nil || got.tally.Counted != 2 {
		t.Errorf("where the disk may be filled: %+v %v", got.tally, got.err)
	}
	alone(t, sign)
}

// Room is kept for each log that may be written: of every run under way, of each of its agents, and of an emulator.
func TestRoomIsKeptForEachLog(t *testing.T) {
	slow := strings.Replace(quickServer, `"1ms"`, `"3s"`, 1)
	crowd := ""
	for i := range 4 {
		crowd += fmt.Sprintf("  member \"m%d\" {\n    server = server.emulator.s\n    workload = workload.w\n  }\n", i)
	}
	for name, test := range map[string]struct {
		spec  string
		size  string
		tally Tally
		need  string // 8 MiB, and as much for each log
	}{
		"runs":   {quick + slow + experiment("x", "  repeats = 3\n  retry {\n    attempts = 1\n  }"), "36m", Tally{Planned: 3, Counted: 2, Waiting: 1}, "40.0"},
		"agents": {quick + quickServer + "experiment \"x\" {\n  model = \"m\"\n  repeats = 2\n" + crowd + "}\n", "40m", Tally{Planned: 2, Waiting: 2}, "48.0"},
	} {
		dir := smallDisk(t, test.size)
		write(t, dir, map[string]string{"experiment.hcl": test.spec})
		got := applier{parallelism: 3}.apply(t, plan(t, loadModule(t, dir)))
		if got.tally != test.tally || got.err == nil || !strings.Contains(got.err.Error(), "its next run may need "+test.need+" MiB: ") {
			t.Errorf("%s: %+v %v", name, got.tally, got.err)
		}
	}
}

// A disk may be full of files, too.
func TestSweepStopsBeforeThereAreNoMoreFiles(t *testing.T) {
	dir := smallDisk(t, "100m,nr_inodes=60")
	write(t, dir, map[string]string{"experiment.hcl": six})
	got := apply(t, plan(t, loadModule(t, dir)))
	if got.tally != (Tally{Planned: 6, Waiting: 6}) || got.err == nil || !strings.Contains(got.err.Error(), "more files can be made on the disk of ") {
		t.Errorf("%+v %v", got.tally, got.err)
	}
}

// A report that finds no room leaves the one before as it was, and the runs count.
func TestDiskIsFullForTheReport(t *testing.T) {
	dir := smallDisk(t, "40m")
	write(t, dir, map[string]string{"experiment.hcl": strings.Replace(mortal, "rate = 0.15", "rate = 0", 1)})
	spec, report := filepath.Join(dir, "experiment.hcl"), filepath.Join(dir, "reports", "r.md")
	start(t, "apply", spec).wait(t, 0)
	before := string(must(os.ReadFile(report)))
	if err := os.Remove(filepath.Join(dir, "runs", "x", "ctx256", "run_1.json")); err != nil { // so that the report is another one
		t.Fatal(err)
	}
	start(t, "apply", spec).wait(t, 0)
	if err := os.WriteFile(report, []byte(before), 0o666); err != nil {
		t.Fatal(err)
	}
	fill(t, dir, 0)
	c := start(t, "apply", spec)
	c.wait(t, 1)
	if want := "bench: the report " + report + " can't be written: no space left on device"; !strings.Contains(c.out.String(), want) {
		t.Errorf("it says:\n%s\nwant %s", c.out.String(), want)
	}
	if after := string(must(os.ReadFile(report))); after != before {
		t.Errorf("the report was touched: %d bytes of %d", len(after), len(before))
	}
	if n := len(counted(t, filepath.Join(dir, "runs", "x"))); n != 12 {
		t.Errorf("%d records count", n)
	}
}

// Nobody may write to the folder: nothing is begun, the error names the file, and what is there can be read.
func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"experiment.hcl": six})
	m := loadModule(t, dir)
	undo := readOnly(t, dir)
	got := apply(t, plan(t, m))
	if !errors.Is(got.err, syscall.EROFS) || !strings.Contains(got.err.Error(), filepath.Join(dir, "runs")) || got.tally != (Tally{Planned: 6, Waiting: 6}) || len(got.events) > 0 {
		t.Errorf("%+v %v", got.tally, got.err)
	}
	c := start(t, "apply", filepath.Join(dir, "experiment.hcl"))
	c.wait(t, 1)
	if !strings.Contains(c.out.String(), "read-only file system") {
		t.Errorf("it says:\n%s", c.out.String())
	}
	undo()
	apply(t, plan(t, m))
	if err := os.Remove(filepath.Join(dir, "runs", "x", "ctx256", "run_1.json")); err != nil {
		t.Fatal(err)
	}
	undo = readOnly(t, dir)
	got = apply(t, plan(t, m))
	if !errors.Is(got.err, syscall.EROFS) || !strings.Contains(got.err.Error(), "can't be locked") || got.tally != (Tally{Planned: 6, Before: 5, Waiting: 1}) {
		t.Errorf("with records: %+v %v", got.tally, got.err)
	}
	if n := len(counted(t, filepath.Join(dir, "runs", "x"))); n != 5 {
		t.Errorf("%d records are read", n)
	}
	undo()
	if got := apply(t, plan(t, m)); got.err != nil || got.tally.Counted != 1 {
		t.Errorf("once it may be written: %+v %v", got.tally, got.err)
	}
	auditFiles(t, filepath.Join(dir, "runs", "x"))
}

// Who may not keep a result is told so before it is measured: where the folder of a configuration, or that of its evidence, may not be
// written to, and where an umask keeps bench from its own files.
func TestNothingIsBegunThatCanNotBeKept(t *testing.T) {
	openToNobody(t)
	for name, test := range map[string]struct {
		locked string // folder of runs/x
		umask  string
		want   string
	}{
		"configuration": {"ctx256", "022", "/runs/x/ctx256: permission denied; let this user write there"},
		"evidence":      {"ctx256/.attempts", "022", "/runs/x/ctx256/.attempts: permission denied; let this user write there"},
		"umask":         {"", "777", "bench may not use the files that it makes: "},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"experiment.hcl": six})
		spec, runs := filepath.Join(dir, "experiment.hcl"), filepath.Join(dir, "runs", "x")
		readableByAll(t, dir)
		start(t, "apply", spec).wait(t, 0)
		if err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			return errors.Join(err, os.Chown(path, 65534, 65534))
		}); err != nil {
			t.Fatal(err)
		}
		if test.locked != "" {
			if err := os.Chmod(filepath.Join(runs, test.locked), 0o555); err != nil {
				t.Fatal(err)
			}
		}
		before := starts(runs)
		c := exec.Command("sh", "-c", "umask "+test.umask+"; exec "+program+" apply -replace 'experiment.x.config[\"ctx256\"].run[2]' "+spec)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := c.CombinedOutput()
		if err == nil || !strings.Contains(string(out), test.want) || starts(runs) != before {
			t.Errorf("%s: %v, %d attempts begun; it says:\n%s", name, err, starts(runs)-before, out)
		}
	}
}

// openToNobody lets another user execute bench; only root can become one.
func openToNobody(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		required(t, "another user", errors.New("only root can become one"))
	}
	if err := os.Chmod(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
}

// readableByAll lets another user come to a temporary folder.
func readableByAll(t *testing.T, dir string) {
	t.Helper()
	for path := dir; path != os.TempDir(); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// Who may not write, or not read a record, is told the file.
func TestPermissionDenied(t *testing.T) {
	openToNobody(t)
	dir := t.TempDir()
	write(t, dir, map[string]string{"experiment.hcl": six})
	readableByAll(t, dir)
	runs := filepath.Join(dir, "runs", "x")
	nobody := func(want string) {
		t.Helper()
		c := newCommand("apply", filepath.Join(dir, "experiment.hcl"))
		c.SysProcAttr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
		c.start(t)
		c.wait(t, 1)
		if got := c.out.String(); !strings.Contains(got, want) || !strings.Contains(got, "permission denied") {
			t.Errorf("it says:\n%s\nwant %s", got, want)
		}
	}
	nobody("experiment.lock.hcl can't be written")
	start(t, "apply", filepath.Join(dir, "experiment.hcl")).wait(t, 0)
	if err := os.Remove(filepath.Join(runs, "ctx256", "run_1.json")); err != nil {
		t.Fatal(err)
	}
	nobody(runs + " can't be locked")
	broken := filepath.Join(runs, "ctx512", "run_2.json")
	if err := errors.Join(os.Chmod(broken, 0), os.Chtimes(broken, time.Time{}, time.Unix(1e9, 0))); err != nil {
		t.Fatal(err)
	}
	nobody(broken)
	if err := os.Chmod(broken, 0o644); err != nil {
		t.Fatal(err)
	}
	start(t, "apply", filepath.Join(dir, "experiment.hcl")).wait(t, 0)
	auditFiles(t, runs)
	if n := len(counted(t, runs)); n != 6 {
		t.Errorf("%d records count", n)
	}
}

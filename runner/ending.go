package runner

import (
	"fmt"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// meanings say what commonly lies behind a signal that ended a process.
var meanings = map[syscall.Signal]string{
	syscall.SIGABRT: "it gave up by itself, after a failed assertion or with a runtime that found itself broken",
	syscall.SIGBUS:  "a file that it had mapped was cut short, or the disk below it is full",
	syscall.SIGFPE:  "it divided by zero",
	syscall.SIGILL:  "it has an instruction that this processor does not know: it was built for another one, or is broken",
	syscall.SIGKILL: "somebody killed it by hand, or the kernel for want of memory",
	syscall.SIGPIPE: "it wrote to somebody who had gone",
	syscall.SIGSEGV: "it used memory that is not its own, which is a mistake in it or in a library of it",
	syscall.SIGSYS:  "it made a system call that a sandbox forbids",
	syscall.SIGTRAP: "it stopped at a check of its own",
	syscall.SIGXCPU: "its limit of processor time was over (`ulimit -t`)",
	syscall.SIGXFSZ: "it wrote a file larger than its limit (`ulimit -f`)",
}

// signalled tells a signal by its name and number, and what it means where that is known.
func signalled(sig syscall.Signal) string {
	text := fmt.Sprintf("%s (signal %d)", signalName(sig), int(sig))
	if meaning, known := meanings[sig]; known {
		text += ": " + meaning
	}
	return text
}

// signalName gives "SIGSEGV", or a number for what has no name.
func signalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", int(sig))
}

// ending tells how a process ended.
func ending(status syscall.WaitStatus) string {
	if status.Signaled() {
		return signalled(status.Signal())
	}
	code := status.ExitStatus()
	text := fmt.Sprintf("exit code %d", code)
	switch {
	case code == 0:
		text += ", as if all were well"
	case code == 126:
		text += ": a program that it was to start may not be executed (`chmod +x`), or is none"
	case code == 127:
		text += ": a program that it was to start, or a library of one, was not found (PATH, LD_LIBRARY_PATH)"
	case code > 128 && unix.SignalName(syscall.Signal(code-128)) != "":
		text += ", which is a shell's word for " + signalled(syscall.Signal(code-128))
	}
	return text
}

// wants are what runtimes write when they get no more memory: Go, libc and shells, Python, C++, Rust, Node and the JVM.
var wants = []string{
	"out of memory", "cannot allocate", "memoryerror", "std::bad_alloc", "memory allocation of", "outofmemoryerror",
}

// wantsMemory says whether a program's last words are that it got no more memory.
func wantsMemory(words string) bool {
	words = strings.ToLower(words)
	return slices.ContainsFunc(wants, func(want string) bool { return strings.Contains(words, want) })
}

// wantsGPU says whether the memory that it lacked was that of a GPU.
func wantsGPU(words string) bool {
	words = strings.ToLower(words)
	return strings.Contains(words, "cuda") || strings.Contains(words, "hip ")
}

// openings begin the line in which a runtime says why it gives up, before it says at length where: Go, Node, the JVM, Rust.
var openings = []string{"panic: ", "fatal error: ", "FATAL ERROR: ", "Exception in thread ", rustReason}

// rustReason begins a line that the reason follows.
const rustReason = "thread '"

// lastWords gives what a log says at its end, on one line that is fit for a message: where a runtime gave up, from its reason on, else
// the last lines. It is "" where the log is empty.
func lastWords(tail string) string {
	const most = 300 // bytes
	var lines []string
	for line := range strings.Lines(tail) {
		if line = printableLine(line); line != "" {
			lines = append(lines, line)
		}
	}
	from := max(0, len(lines)-3)
	for i, line := range slices.Backward(lines) {
		if !slices.ContainsFunc(openings, func(reason string) bool { return strings.HasPrefix(line, reason) }) {
			continue
		}
		more := 1
		if strings.HasPrefix(line, rustReason) {
			more = 2
		}
		from, lines = i, lines[:min(i+more, len(lines))]
		break
	}
	text := strings.Join(lines[from:], " / ")
	if len(text) > most {
		text = "…" + strings.ToValidUTF8(text[len(text)-most:], "")
	}
	return text
}

// printableLine takes out of a line what is no text: the control sequences of terminals, and bytes that are no UTF-8.
func printableLine(line string) string {
	var b strings.Builder
	for line != "" {
		if rest, found := strings.CutPrefix(line, "\x1b["); found { // up to the letter that ends the sequence (ECMA-48)
			end := strings.IndexFunc(rest, func(c rune) bool { return c >= '@' && c <= '~' })
			line = rest[end+1:]
			continue
		}
		at := strings.Index(line[1:], "\x1b[") + 1
		if at == 0 {
			at = len(line)
		}
		b.WriteString(line[:at])
		line = line[at:]
	}
	text := strings.Map(func(c rune) rune {
		if c < ' ' || c >= 0x7f && c < 0xa0 {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(b.String(), "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}

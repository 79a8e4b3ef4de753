package main

import (
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// Who reads may go away before a command has ended: head, a pager. That ends no run and changes no exit code: a command goes on to its
// end, and what it says from then on is for nobody.

// outliveReaders keeps a write to somebody who has gone from ending the process. Unlike an ignored signal, this is not inherited by what
// is started.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// written gives where to write to a file that somebody reads. A terminal stays a file, whose width can be told.
func written(f *os.File) io.Writer {
	if term.IsTerminal(int(f.Fd())) {
		return f
	}
	return pipe{f}
}

// A pipe takes what nobody reads any more. Every other failure to write is one.
type pipe struct{ w io.Writer }

func (p pipe) Write(text []byte) (int, error) {
	n, err := p.w.Write(text)
	if errors.Is(err, syscall.EPIPE) {
		return len(text), nil
	}
	return n, err
}

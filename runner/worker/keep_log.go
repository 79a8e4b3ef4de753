package worker

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"bench/runner/caplog"
	"bench/runner/scrub"
)

// logGrace is how long the log of a server that has ended may be held open by what left its process group.
const logGrace = time.Second

// KeepSecrets is Keep for a command that was given secrets: in begins with a line that lists them, as JSON, and they are taken out of
// whatever the command writes.
func KeepSecrets(args []string, in io.Reader, log io.Writer) int {
	reader := bufio.NewReader(in)
	line, err := reader.ReadBytes('\n')
	var secrets []string
	if err == nil {
		err = json.Unmarshal(line, &secrets)
	}
	if err != nil {
		fmt.Fprintln(log, "keep: no list of secrets on standard input:", err)
		return exitUsage
	}
	return keepLogged(args, reader, log, scrub.New(secrets))
}

// keepLogged keeps a command, and its log without secrets and within bounds. All that the command writes comes through a pipe, so that it
// can't go past them.
func keepLogged(args []string, in io.Reader, log io.Writer, secrets *scrub.Scrubber) int {
	out, theirs, err := os.Pipe()
	if err != nil {
		fmt.Fprintln(log, "keep:", err)
		return exitUsage
	}
	defer out.Close()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		capped := caplog.New(log)
		copyLog(secrets.Writer(capped), out)
		capped.End()
	}()
	code := keep(args, in, theirs, theirs, keepGrace)
	_ = theirs.Close()
	_ = out.SetReadDeadline(time.Now().Add(logGrace))
	<-copied
	return code
}

// copyLog copies until the end. What can't be written is left out: a full disk is no reason to hold up the server.
func copyLog(to *scrub.Writer, from io.Reader) {
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		_, _ = to.Write(piece[:n])
		if err != nil {
			_ = to.Close()
			return
		}
	}
}

package main

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"os"
	"strings"
	"testing"

	"bench/runner/caplog"
)

// However much an emulator that was started for a sweep has to log, its log has its beginning and its end.
func TestEmulatorLogIsBounded(t *testing.T) {
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	in, config := io.Pipe()
	out, theirs := io.Pipe()
	var text bytes.Buffer
	code := make(chan int)
	go func() {
		code <- run([]string{"bench", "emulate", "-config", "-", "-listen", "127.0.0.1:0"}, in, theirs, &text)
	}()
	if _, err := io.WriteString(config, "{}\n"); err != nil {
		t.Fatal(err)
	}
	if url, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(url, "http://") {
		t.Fatal(url, err)
	}
	for range 12 {
		log.Print(strings.Repeat("x", 1<<20))
	}
	log.Print("last")
	_ = config.Close()
	if c := <-code; c != 0 || text.Len() > caplog.MaxBegin+caplog.MaxEnd+100 || !strings.HasSuffix(text.String(), "last\n") {
		t.Errorf("exit code %d, a log of %d bytes", c, text.Len())
	}
}

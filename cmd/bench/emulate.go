package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v2"

	"bench/agent/emulator"
	"bench/runner/caplog"
)

func emulateCommand(e *env) *cli.Command {
	return &cli.Command{
		Name: "emulate", Usage: "run the embedded server in the foreground",
		Description: "It speaks Ollama's API and OpenAI's, with a timing that is known. Its address is the first line of its output; Ctrl-C ends it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:11500", Usage: "`ADDRESS` to listen on; port 0 takes a free one"},
			&cli.Uint64Flag{Name: "seed", Usage: "`N` that its chance starts from"},
			&cli.DurationFlag{Name: "load-time", Usage: "`TIME` that loading takes, paid by the first request after an unload"},
			&cli.DurationFlag{Name: "ttft", Usage: "`TIME` before the first token"},
			&cli.Float64Flag{Name: "tokens-per-second", Value: 100, Usage: "`RATE` of decoding"},
			&cli.Float64Flag{Name: "jitter", Usage: "`SIGMA` of a lognormal factor on each gap between two tokens"},
			&cli.StringFlag{Name: "config", Hidden: true, Usage: "\"-\": one line of JSON on standard input, which then stays open as long as the server shall live"},
		},
		Action: func(c *cli.Context) error {
			config := emulator.Config{
				Seed: c.Uint64("seed"), LoadTime: c.Duration("load-time"), TTFT: c.Duration("ttft"),
				TokensPerSecond: c.Float64("tokens-per-second"), Jitter: c.Float64("jitter"),
			}
			ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
			defer stop()
			if c.String("config") == "-" {
				var err error
				if ctx, config, err = driven(ctx, e.stdin); err != nil {
					return fmt.Errorf("emulate: %w", err)
				}
				defer capLog(e.stderr)()
			}
			return e.emulate(ctx, config, c.String("listen"))
		},
	}
}

// capLog keeps what the HTTP server logs within the bounds of every log, since who started it keeps it in a file. It gives what ends
// the log.
func capLog(to io.Writer) (end func()) {
	capped := caplog.New(to)
	log.SetOutput(capped)
	return func() {
		log.SetOutput(to)
		capped.End()
	}
}

// driven reads the configuration from a program that lives as long as its end of the pipe is open.
func driven(ctx context.Context, in io.Reader) (context.Context, emulator.Config, error) {
	var config emulator.Config
	reader := bufio.NewReader(in)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		return ctx, config, err
	}
	if err := json.Unmarshal(line, &config); err != nil {
		return ctx, config, err
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, reader)
		cancel()
	}()
	return ctx, config, nil
}

func (e *env) emulate(ctx context.Context, config emulator.Config, listen string) error {
	server, err := emulator.New(config)
	if err != nil {
		return fmt.Errorf("emulate: %w", err)
	}
	ln, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("emulate: %w", err)
	}
	if _, err := fmt.Fprintf(e.out, "http://%s\n", ln.Addr()); err != nil {
		return err
	}
	return server.Serve(ctx, ln)
}

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/urfave/cli/v2"

	"bench/runner"
	"bench/spec"
)

func refreshFlag(usage string) cli.Flag { return &cli.BoolFlag{Name: "refresh", Usage: usage} }

// lock finds out what the runs of a plan depend on, writes the lock, and plans again where that changes the plan. A plan that was
// saved, by its name, and with -locked any plan at all, does not bear a change. Where it was interrupted the plan is the same.
func (e *env) lock(c *cli.Context, p *runner.Plan, servers *runner.Servers, saved string) (*runner.Plan, error) {
	ctx, stop := signal.NotifyContext(c.Context, os.Interrupt, syscall.SIGTERM)
	defer stop()
	found, err := e.resolve(ctx, c, p, servers, c.Bool("refresh"))
	switch {
	case err != nil:
		return p, err
	case c.Bool("locked"):
		return p, differs(p.Module, found)
	case found.Lock.Equal(p.Module.Lock):
		return p, nil
	}
	isNew := p.Module.Lock == nil
	if err := replace([]output{{lockPath(p.Module), found.Lock.Bytes()}}); err != nil {
		return nil, err
	}
	if isNew {
		e.lockIsNew(c, lockPath(p.Module))
	}
	if changes := changed(found); saved != "" && len(changes) > 0 {
		return nil, &runner.MovedError{Name: saved, Changes: changes}
	}
	p.Module.Lock = found.Lock
	return e.replan(c, p.Module, p.Scope())
}

// refreshed is the plan as it is with what servers say now. It starts no server and writes nothing.
func (e *env) refreshed(c *cli.Context, p *runner.Plan) (*runner.Plan, error) {
	found, err := e.resolve(c.Context, c, p, nil, true)
	if err != nil {
		return nil, err
	}
	p.Module.Lock = found.Lock
	return e.replan(c, p.Module, p.Scope())
}

// resolve finds out what a plan depends on, and tells what is not as the lock says.
func (e *env) resolve(ctx context.Context, c *cli.Context, p *runner.Plan, servers *runner.Servers, all bool) (*runner.Resolution, error) {
	found, err := runner.Resolve(ctx, p, servers, all)
	if err == nil {
		e.resolved(c, p.Module.Lock == nil, found)
	}
	return found, err
}

// drifted tells, without asking anyone, what is no longer as the lock says.
func (e *env) drifted(c *cli.Context, p *runner.Plan) {
	e.resolved(c, false, &runner.Resolution{Changes: runner.Drift(p)})
}

func lockPath(m *spec.Module) string { return filepath.Join(m.Dir, spec.LockFile) }

// differs is the error of -locked: what was found out is not what the lock says, or the lock lacks something that was asked for.
func differs(m *spec.Module, found *runner.Resolution) error {
	n := len(found.Changes)
	for _, u := range found.Unresolved {
		if m.Lock.Value(u.Fact) == "" {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	if m.Lock == nil {
		return fmt.Errorf("-locked: there is no %s; apply without -locked writes it", lockPath(m))
	}
	return fmt.Errorf("-locked: what is there now is not what %s says; apply without -locked takes it over, and makes again what was measured with something else", lockPath(m))
}

// changed tells the changes of what the lock knew.
func changed(found *runner.Resolution) []string {
	var texts []string
	for _, change := range found.Changes {
		if change.Old != "" {
			texts = append(texts, change.String())
		}
	}
	return texts
}

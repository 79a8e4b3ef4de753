package runner

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"bench/runner/journal"
	"bench/runner/reaper"
)

// secretPrefix begins the names of variables that hold inputs of a spec, which may be secret. A server has its own list of what it
// gets (env).
const secretPrefix = "BENCH_VAR_"

// self names this process in the marks of what it starts.
var self = sync.OnceValue(reaper.Self)

// markOf marks what is started for something, an attempt or a server, with its log in an experiment's folder.
func markOf(what, folder string) reaper.Mark {
	return reaper.Mark{Of: what, Folder: reaper.FolderID(folder), By: self()}
}

// serverEnvironment is what a server that is started gets of the environment: all but the inputs of specs.
func serverEnvironment(mark reaper.Mark) []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, secretPrefix) {
			env = append(env, entry)
		}
	}
	return append(env, mark.Env())
}

// clearLost ends what an apply that is gone left running with the mark of a folder, which must be locked, the first time that it is asked
// to. Tell takes a message for each.
func (s *Servers) clearLost(folder string, tell func(string)) {
	s.mu.Lock()
	isCleared := s.cleared[folder]
	s.cleared[folder] = true
	s.mu.Unlock()
	if isCleared {
		return
	}
	for _, p := range reaper.ClearLost(folder, graceOf) {
		tell(ofTheDead(p))
	}
}

// graceOf says how long a process of an apply that is gone has between TERM and KILL. A keeper needs longer: it alone knows of what its
// server started without a mark, and is about to end that.
func graceOf(arguments []string) time.Duration {
	if len(arguments) > 1 && slices.Equal(arguments[:2], keeperName) {
		return serverPatience
	}
	return grace
}

// ofTheDead tells of a process that an apply which is gone had left running.
func ofTheDead(p reaper.Process) string {
	if p.Alive {
		return fmt.Sprintf("%s, of an apply that is gone, left pid %d (%s), which does not end, not even by KILL", p.Of, p.PID, p.Command)
	}
	return fmt.Sprintf("%s, of an apply that is gone, had left pid %d (%s) running, which was ended", p.Of, p.PID, p.Command)
}

// ofTheLiving tells of a process that an attempt left behind.
func ofTheLiving(p journal.LeftOver) string {
	if p.Alive {
		return fmt.Sprintf("left pid %d (%s) behind, which does not end, not even by KILL", p.PID, p.Command)
	}
	return fmt.Sprintf("left pid %d (%s) behind, which was ended", p.PID, p.Command)
}

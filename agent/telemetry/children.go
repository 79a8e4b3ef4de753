package telemetry

import (
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// scan looks for processes that members have started.
func (g *group) scan(now time.Time) {
	g.scanned = now
	if g.childless != nil && g.childless() {
		return
	}
	last := newestPID(g.root)
	if last != "" && last == g.lastPID {
		return
	}
	g.lastPID = last
	if g.listsChildren() {
		g.descend()
	} else {
		g.searchAll()
	}
}

// newestPID gives the number that was given last to a process or thread, as text; "" where it cannot be read.
func newestPID(root fs.FS) string {
	averages, err := text(root, "proc/loadavg")
	if err != nil {
		return ""
	}
	return averages[strings.LastIndexByte(averages, ' ')+1:]
}

// listsChildren says whether the kernel lists the children of each thread: it was built with
// CONFIG_PROC_CHILDREN, as those of the distributions are.
func (g *group) listsChildren() bool {
	for pid := range g.members {
		if _, err := fs.Stat(g.root, childrenOf(pid, strconv.Itoa(pid))); err == nil {
			return true
		}
	}
	return false
}

// childrenOf names the list of a thread's children.
func childrenOf(pid int, thread string) string {
	return "proc/" + strconv.Itoa(pid) + "/task/" + thread + "/children"
}

// descend goes down from the members by the kernel's lists.
func (g *group) descend() {
	for rest := g.pids(); len(rest) > 0; {
		pid := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		threads, _ := fs.ReadDir(g.root, "proc/"+strconv.Itoa(pid)+"/task") // none of one that ended meanwhile
		for _, thread := range threads {
			list, _ := text(g.root, childrenOf(pid, thread.Name()))
			for field := range strings.FieldsSeq(list) {
				child, err := strconv.Atoi(field)
				if err != nil || g.members[child] != nil {
					continue
				}
				if p, err := readProcess(g.root, child, g.buffer); err == nil && p.parent == pid && !g.exclude(p) {
					g.members[child] = &member{process: p}
					rest = append(rest, child)
				}
			}
		}
	}
}

// searchAll looks at every process of the machine.
func (g *group) searchAll() {
	pids, err := processes(g.root)
	if err != nil {
		return
	}
	all := make([]process, 0, len(pids))
	for _, pid := range pids {
		if p, err := readProcess(g.root, pid, g.buffer); err == nil && !g.exclude(p) {
			all = append(all, p)
		}
	}
	for grown := true; grown; { // a child can have a lower number than its parent
		grown = false
		for _, p := range all {
			if g.members[p.parent] != nil && g.members[p.pid] == nil {
				g.members[p.pid], grown = &member{process: p}, true
			}
		}
	}
}

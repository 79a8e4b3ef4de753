package telemetry

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A listener is a TCP socket of this machine that waits for connections.
type listener struct {
	addr  netip.AddrPort
	uid   string // of the user that opened it
	inode string
}

// errElsewhere is that of a server on another machine.
var errElsewhere = errors.New("the server is not on this machine")

// errInside is that of a server in this process: what it uses is the agent's.
var errInside = errors.New("the server is in the agent's own process")

// resolveLimit is how long the name of a server may take to be resolved.
const resolveLimit = time.Second

// localAddress gives where a server of this machine listens, from its URL. "localhost" gives the
// IPv4 loopback address, which stands for each.
func localAddress(ctx context.Context, server string) (netip.AddrPort, error) {
	if !strings.Contains(server, "://") {
		server = "http://" + server
	}
	u, err := url.Parse(server)
	if err != nil {
		return netip.AddrPort{}, errors.New("the server's address cannot be read")
	}
	service := u.Port()
	if service == "" {
		service = map[string]string{"https": "443"}[u.Scheme]
	}
	port, err := strconv.ParseUint(cmp.Or(service, "80"), 10, 16)
	if err != nil {
		return netip.AddrPort{}, errors.New("the server's port cannot be read")
	}
	if u.Hostname() == "localhost" {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)), nil
	}
	ctx, cancel := context.WithTimeout(ctx, resolveLimit)
	defer cancel()
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return netip.AddrPort{}, errors.New("the server's name cannot be resolved")
	}
	for i, addr := range addrs {
		if addrs[i] = addr.Unmap(); addrs[i].IsLoopback() {
			return netip.AddrPortFrom(addrs[i], uint16(port)), nil
		}
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return netip.AddrPort{}, err
	}
	for _, addr := range addrs {
		local := slices.ContainsFunc(own, func(a net.Addr) bool {
			prefix, err := netip.ParsePrefix(a.String())
			return err == nil && prefix.Addr().Unmap() == addr
		})
		if local {
			return netip.AddrPortFrom(addr, uint16(port)), nil
		}
	}
	return netip.AddrPort{}, errElsewhere
}

// serverProcesses finds the processes that listen at an address. Several share one socket where a server
// has forked after it had opened it.
func serverProcesses(root fs.FS, addr netip.AddrPort) ([]int, error) {
	sockets, err := listeners(root, addr)
	if err != nil {
		return nil, err
	}
	pids, denied := holders(root, sockets)
	if len(pids) == 0 && denied {
		pids = onlyTreeOf(root, sockets[0].uid)
	}
	switch {
	case len(pids) == 0 && denied:
		return nil, fmt.Errorf("the process that listens on port %d belongs to another user, and only root may look", addr.Port())
	case len(pids) == 0:
		return nil, fmt.Errorf("no process in sight listens on port %d: it is in another container, or the kernel forwards the port", addr.Port())
	}
	for _, pid := range pids {
		if p, err := readProcess(root, pid, make([]byte, 1024)); err == nil && slices.Contains(forwarders, p.name) {
			return nil, fmt.Errorf("port %d is forwarded by %s: the server's process is not in sight", addr.Port(), p.name)
		}
	}
	if slices.Contains(pids, os.Getpid()) {
		return nil, errInside
	}
	if len(pids) > 1 { // the first process of a system holds the sockets of services that it starts when needed
		pids = slices.DeleteFunc(pids, func(pid int) bool { return pid == 1 })
	}
	slices.Sort(pids)
	return pids, nil
}

// forwarders are programs that listen for a server elsewhere; their CPU time would pass for the server's.
var forwarders = []string{"docker-proxy", "rootlessport", "slirp4netns", "pasta", "pasta.avx2", "gvproxy", "wslrelay", "ssh", "sshd", "kubectl", "socat"}

// listeners gives the sockets that take connections to the address: those bound to it, or else those
// bound to every address of its port.
func listeners(root fs.FS, addr netip.AddrPort) ([]listener, error) {
	var exact, every []listener
	var read int
	tables := []string{"proc/net/tcp", "proc/net/tcp6"}
	if addr.Addr().Is6() {
		slices.Reverse(tables)
	}
	for _, name := range tables {
		err := eachListener(root, name, func(l listener) {
			switch {
			case l.addr.Port() != addr.Port():
			case l.addr.Addr() == addr.Addr() || l.addr.Addr().IsLoopback() && addr.Addr().IsLoopback():
				exact = append(exact, l)
			case l.addr.Addr().IsUnspecified():
				every = append(every, l)
			}
		})
		if err == nil { // a kernel without IPv6 has no second one
			read++
		}
		if len(exact) > 0 { // a table without a listener is read to its end, which takes milliseconds
			return exact, nil
		}
	}
	switch {
	case read == 0:
		return nil, errors.New("no /proc/net/tcp")
	case len(every) > 0:
		return every, nil
	}
	return nil, fmt.Errorf("nothing in sight listens on port %d: it is in another container, or the kernel forwards the port", addr.Port())
}

// eachListener visits the sockets of a table that listen. They stand before the connections, of which there can be thousands: those are
// not read, since the kernel makes the lines only as they are.
func eachListener(root fs.FS, name string, visit func(listener)) error {
	file, err := root.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if l, ok := parseListener(line); ok {
			visit(l)
		} else if isConnection(line) {
			return nil
		}
	}
	return nil
}

// Fields of a line of /proc/net/tcp.
const (
	tcpLocal = 1
	tcpState = 3
	tcpUID   = 7
	tcpInode = 9

	tcpListens = "0A"
	tcpBegins  = "03" // a connection that is being made: kernels before 4.4 list it among the sockets that listen
)

// isConnection says whether a line of /proc/net/tcp is of a connection, and no head.
func isConnection(line string) bool {
	fields := strings.Fields(line)
	return len(fields) > tcpState && len(fields[tcpState]) == 2 && strings.HasPrefix(fields[tcpState], "0") && fields[tcpState] != tcpListens && fields[tcpState] != tcpBegins
}

// parseListener reads a line of /proc/net/tcp, and says whether it is of a socket that listens.
func parseListener(line string) (l listener, ok bool) {
	fields := strings.Fields(line)
	if len(fields) <= tcpInode || fields[tcpState] != tcpListens {
		return listener{}, false
	}
	host, port, _ := strings.Cut(fields[tcpLocal], ":")
	raw, err := hex.DecodeString(host)
	number, portErr := strconv.ParseUint(port, 16, 16)
	if err != nil || portErr != nil || len(raw)%4 != 0 {
		return listener{}, false
	}
	for i := 0; i < len(raw); i += 4 { // words in the machine's order, where an address is in the network's
		binary.BigEndian.PutUint32(raw[i:], binary.NativeEndian.Uint32(raw[i:]))
	}
	addr, valid := netip.AddrFromSlice(raw)
	return listener{netip.AddrPortFrom(addr.Unmap(), uint16(number)), fields[tcpUID], fields[tcpInode]}, valid
}

// holders finds the processes that have one of the sockets open; denied says that some could not be
// looked into.
func holders(root fs.FS, sockets []listener) (pids []int, denied bool) {
	links := map[string]bool{}
	for _, s := range sockets {
		links["socket:["+s.inode+"]"] = true
	}
	all, _ := processes(root)
	for _, pid := range all {
		dir := "proc/" + strconv.Itoa(pid) + "/fd"
		files, err := fs.ReadDir(root, dir)
		denied = denied || errors.Is(err, fs.ErrPermission)
		for _, file := range files {
			if link, err := fs.ReadLink(root, dir+"/"+file.Name()); err == nil && links[link] {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids, denied
}

// onlyTreeOf gives the first process of a user whose processes all descend from it: a service's, which has
// its user for itself. It gives none for root and for the user of this process, who have other things to do.
func onlyTreeOf(root fs.FS, uid string) []int {
	if uid == "0" || uid == strconv.Itoa(os.Getuid()) {
		return nil
	}
	all, _ := processes(root)
	parents := map[int]int{}
	for _, pid := range all {
		status, err := text(root, "proc/"+strconv.Itoa(pid)+"/status")
		if err != nil || statusField(status, "Uid") != uid {
			continue
		}
		if parents[pid], err = strconv.Atoi(statusField(status, "PPid")); err != nil {
			return nil
		}
	}
	var first []int
	for pid, parent := range parents {
		if _, inside := parents[parent]; !inside {
			first = append(first, pid)
		}
	}
	if len(first) != 1 {
		return nil
	}
	return first
}

// statusField gives the first word of a line "name: …" of /proc/PID/status.
func statusField(status, name string) string {
	rest, first := strings.CutPrefix(status, name+":")
	if !first {
		_, rest, _ = strings.Cut(status, "\n"+name+":")
	}
	rest, _, _ = strings.Cut(rest, "\n")
	word, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	word, _, _ = strings.Cut(word, "\t")
	return word
}

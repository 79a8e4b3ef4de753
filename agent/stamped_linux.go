package agent

import (
	"encoding/binary"
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernelStamps is a TCP connection that is read with recvmsg, which says when the packet came in that brought the last of the bytes.
type kernelStamps struct {
	*net.TCPConn
	raw     syscall.RawConn
	receive func(fd uintptr) bool // made once, since it would cost an allocation a read

	message unix.Msghdr // of the read under way; kept, as are the two below, since each would cost an allocation a read
	vector  unix.Iovec
	control [32]byte // room for one stamp
	n       int
	err     syscall.Errno
	stamp   int64
}

// stampedByKernel has the kernel stamp what comes; nil where it refuses.
func stampedByKernel(conn net.Conn) *kernelStamps {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	var refused error
	if err := raw.Control(func(fd uintptr) {
		refused = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	}); err != nil || refused != nil {
		return nil
	}
	s := &kernelStamps{TCPConn: tcp, raw: raw}
	s.receive = s.recvmsg
	s.message.Iov, s.message.Iovlen = &s.vector, 1
	s.message.Control = &s.control[0]
	return s
}

// last is the stamp of the last read, by the wall clock in ns since 1970; 0 where it had none.
func (s *kernelStamps) last() int64 {
	if s == nil {
		return 0
	}
	return s.stamp
}

// Read is that of net.Conn. Only one goroutine reads at a time.
func (s *kernelStamps) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	s.vector.Base = &p[0]
	s.vector.SetLen(len(p))
	err := s.raw.Read(s.receive)
	s.vector.Base = nil
	switch {
	case err != nil: // it is closed, or its deadline is over
		return 0, err
	case s.err != 0:
		return 0, &net.OpError{Op: "read", Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: os.NewSyscallError("recvmsg", s.err)}
	case s.n == 0:
		return 0, io.EOF
	}
	return s.n, nil
}

// recvmsg reads what is there; false where nothing is. unix.Recvmsg would allocate an address.
func (s *kernelStamps) recvmsg(fd uintptr) bool {
	for {
		s.message.SetControllen(len(s.control))
		n, _, err := syscall.Syscall(unix.SYS_RECVMSG, fd, uintptr(unsafe.Pointer(&s.message)), 0)
		switch err {
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return false
		}
		s.n, s.err, s.stamp = int(n), err, 0
		if err == 0 {
			s.stamp = timestamp(s.control[:s.message.Controllen])
		}
		return true
	}
}

// timestamp finds the stamp among control messages, ns since 1970; 0 where there is none.
func timestamp(control []byte) int64 {
	for len(control) >= unix.SizeofCmsghdr {
		header, data, rest, err := unix.ParseOneSocketControlMessage(control)
		if err != nil {
			return 0
		}
		if header.Level == unix.SOL_SOCKET && header.Type == unix.SCM_TIMESTAMPNS && len(data) >= 16 {
			return int64(binary.NativeEndian.Uint64(data))*1e9 + int64(binary.NativeEndian.Uint64(data[8:]))
		}
		control = rest
	}
	return 0
}

//go:build !unix

package emulator

// writeNow takes nothing: the connection's own write does it then.
func (a *attempt) writeNow(uintptr) bool { return true }

// Package calibrate measures the instrument itself: the distance between the times that a client takes and those at which the
// emulator handed each chunk to its socket, both on the clock of one machine.
//
// The emulator has to run in a process of its own, so that the client shares its scheduler and its collector with nobody. What lies
// between the two times is the emulator's write, the loopback device and the client: so an error here is an upper bound of the client's.
// It is the error on this machine, as busy as it was, and says nothing of a network.
package calibrate

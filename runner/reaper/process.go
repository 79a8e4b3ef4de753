package reaper

import "time"

// A Process is one that was left behind.
type Process struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`         // its arguments, shortened; its name in brackets where it does not show them
	Of      string `json:"-"`               // whose it is by its mark; "" where it has none, or was not looked for by it
	InGroup bool   `json:"-"`               // it was in the group that it was looked for by
	Alive   bool   `json:"alive,omitempty"` // it could not be ended

	grace time.Duration // between TERM and KILL
}

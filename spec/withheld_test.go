package spec_test

import (
	"slices"
	"testing"
)

// What servers are given is told whole, and with the sensitive variables that went into it; what nobody is given is not.
func TestSecrets(t *testing.T) {
	m := load(t, `
variable "key" {
  default   = { one = "hunter2", two = [12345, true, null], three = "not given" }
  sensitive = true
}

variable "open" {
  default = "hunter"
}

server "ollama" "s" {
  url     = "http://127.0.0.1:1"
  command = ["x"]
  env = {
    AUTH  = "Bearer ${var.key.one}"
    COUNT = var.key.two[0]
    OPEN  = var.open
    WORD  = sensitive("hunter3")
  }
}
`, nil)
	var got []string
	for _, s := range m.Secrets() {
		got = append(got, s.Reveal())
	}
	slices.Sort(got)
	if want := []string{"12345", "12345", "Bearer hunter2", "hunter2", "hunter3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

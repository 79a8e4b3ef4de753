package templates

import (
	"regexp"
	"sync"
)

// pattern gives a regular expression that is compiled when it is first used: every worker links this package, and pays for what
// happens before main.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

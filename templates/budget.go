package templates

import (
	"errors"
	"fmt"
	"io"
)

// What one rendering may cost. A template is trusted with its words and not with the machine: a slip such as a
// recursion or a doubling string has to end in an error that names its line.
const (
	maxOutput   = 16 << 20 // bytes of a report
	maxValue    = 16 << 20 // bytes of a text or list that a function gives
	maxSequence = 100_000  // elements of a sequence, copies of a repeat, blanks of an indent
	maxDepth    = 200      // of includes; {{template}} has text/template's own limit
	maxWork     = 1 << 30  // bytes that functions give, and stepWork for each of their calls and each step
	stepWork    = 256
)

// A budget is the work that a rendering may still spend. It belongs to one goroutine.
type budget struct{ left int }

// spend pays for one call or step that produced n bytes.
func (b *budget) spend(n int) error {
	if n > maxValue {
		return fmt.Errorf("the result is larger than %d MiB", maxValue>>20)
	}
	if b.left -= stepWork + n; b.left < 0 {
		return errors.New("the template does not come to an end, or makes far too much of what it throws away: it was stopped")
	}
	return nil
}

// step is what each template and each round of a {{range}} pays.
func (b *budget) step() (Markdown, error) { return "", b.spend(0) }

// A limitedWriter refuses more than maxOutput bytes.
type limitedWriter struct {
	out interface {
		io.Writer
		Len() int
	}
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	if w.out.Len()+len(p) > maxOutput {
		return 0, fmt.Errorf("the report is larger than %d MiB", maxOutput>>20)
	}
	return w.out.Write(p)
}

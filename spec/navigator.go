package spec

import (
	"strings"
)

// A navigator says in which block of a file with mistakes a place is.
type navigator []*fragment

// maxHeading is how much of a block's header is shown above what it has in it.
const maxHeading = 80 // bytes

// ContextString is what hcl's writer of diagnostics asks for: the header of the block at the top of the file that a place is in.
func (n navigator) ContextString(offset int) string {
	for _, f := range n {
		if f.isBlock && f.start.Byte <= offset && offset < f.end.Byte {
			return f.heading()
		}
	}
	return ""
}

func (f *fragment) heading() string {
	var b strings.Builder
	b.WriteString(f.name)
	for _, label := range f.labels {
		if b.WriteString(` "` + label + `"`); b.Len() > maxHeading {
			return cut(b.String(), maxHeading)
		}
	}
	return b.String()
}

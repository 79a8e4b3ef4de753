package templates

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// together finds the blanks at which a line must not end: those between a number and its unit, that of `95 % CI`,
// and those around the sign of `p = 0.090`. It reads markdown, in which < may be written &lt;.
var together = pattern(`[0-9]( )(?:%(?:( )CI\b)?|/s\b|(?:tok/s|[mµn]?s|min|h|[KMGT]iB|B)\b)|\b[pn]( )(?:[=<]|&lt;)( )[0-9]`)

// unbroken makes those blanks U+00A0 on the page. The markdown keeps its blanks, since people search it.
type unbroken struct{}

func (unbroken) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		if node.Kind() == ast.KindCodeSpan {
			return ast.WalkSkipChildren, nil
		}
		if run, ok := node.(*ast.Text); ok && entering {
			bindBlanks(run, source)
		}
		return ast.WalkContinue, nil
	})
}

// bindBlanks splits a text at each blank that binds; run is left with what comes after the last one.
func bindBlanks(run *ast.Text, source []byte) {
	parent, whole := run.Parent(), run.Segment
	for _, match := range together().FindAllSubmatchIndex(whole.Value(source), -1) {
		for group := 2; group < len(match); group += 2 {
			if match[group] < 0 {
				continue
			}
			blank := whole.Start + match[group]
			parent.InsertBefore(parent, run, ast.NewTextSegment(text.NewSegment(run.Segment.Start, blank)))
			parent.InsertBefore(parent, run, ast.NewString([]byte("\u00a0")))
			run.Segment = text.NewSegment(blank+1, whole.Stop)
		}
	}
}

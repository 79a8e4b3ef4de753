package templates

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

var alertMark = pattern(`^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$`)

// alerts turns GitHub's alerts, quotes that begin with a line such as [!WARNING], into quotes with a class and a title.
type alerts struct{}

func (alerts) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	source := reader.Source()
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		quote, ok := node.(*ast.Blockquote)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		paragraph, ok := quote.FirstChild().(*ast.Paragraph)
		if !ok {
			return ast.WalkContinue, nil
		}
		first := paragraph.Lines().At(0)
		mark := alertMark().FindSubmatch(first.Value(source))
		if mark == nil {
			return ast.WalkContinue, nil
		}
		kind := string(mark[1])
		quote.SetAttributeString("class", "alert "+strings.ToLower(kind))
		dropUntil(paragraph, first.Stop)
		title := ast.NewParagraph()
		title.SetAttributeString("class", "alert-title")
		title.AppendChild(title, ast.NewString([]byte(kind[:1]+strings.ToLower(kind[1:]))))
		quote.InsertBefore(quote, paragraph, title)
		if !paragraph.HasChildren() {
			quote.RemoveChild(quote, paragraph)
		}
		return ast.WalkContinue, nil
	})
}

// dropUntil takes away the text of a paragraph's first line, which ends at the given offset of the source.
func dropUntil(paragraph *ast.Paragraph, stop int) {
	for child := paragraph.FirstChild(); child != nil; {
		next := child.NextSibling()
		if segment, ok := child.(*ast.Text); ok && segment.Segment.Start < stop {
			paragraph.RemoveChild(paragraph, child)
		}
		child = next
	}
}

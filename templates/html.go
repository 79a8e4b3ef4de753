package templates

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

//go:embed report.css
var stylesheet string

// HTML makes one self-contained page of a report: GitHub's markdown with its alerts, no script, nothing loaded. Of raw
// HTML only the tags of allowedTag pass, the rest is shown as text. A number stays with its unit at the end of a line. The
// page's title is the first heading.
func HTML(markdown []byte) ([]byte, error) {
	md := goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), // the policy below refuses style attributes
			extension.Strikethrough,
			extension.TaskList,
		),
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithASTTransformers(util.Prioritized(alerts{}, 100), util.Prioritized(unbroken{}, 200)),
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodes{}, 100))),
	)
	context := parser.NewContext(parser.WithIDs(headingIDs{anchorSet{}}))
	document := md.Parser().Parse(text.NewReader(markdown), parser.WithContext(context))
	var body bytes.Buffer
	if err := md.Renderer().Render(&body, markdown, document); err != nil {
		return nil, fmt.Errorf("html: %w", err)
	}
	digest := sha256.Sum256([]byte(stylesheet))
	var page bytes.Buffer
	fmt.Fprintf(&page, `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>%s</title>
<style>%s</style>
</head>
<body>
<main>
%s</main>
</body>
</html>
`, base64.StdEncoding.EncodeToString(digest[:]), html.EscapeString(documentTitle(document, markdown)), stylesheet, body.Bytes())
	return page.Bytes(), nil
}

func documentTitle(document ast.Node, source []byte) string {
	for node := document.FirstChild(); node != nil; node = node.NextSibling() {
		if heading, ok := node.(*ast.Heading); ok {
			return plainText(heading, source)
		}
	}
	return "Report"
}

// plainText is the text of a node without its markup.
func plainText(node ast.Node, source []byte) string {
	var out bytes.Buffer
	_ = ast.Walk(node, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				out.Write(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(n.Segment.Value(source)))))
			}
		case *ast.String:
			if entering {
				out.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// headingIDs gives headings the anchors that GitHub gives them, so that one table of contents serves both.
type headingIDs struct{ anchors anchorSet }

func (h headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	return []byte(h.anchors.unique(headingText(string(value))))
}

func (headingIDs) Put([]byte) {}

// allowedTag are the tags that a template may write itself: none carries an attribute but <details open>.
var allowedTag = pattern(`<(?:/?(?:details|summary|sub|sup|kbd|br)|details open)>`)

// nodes renders raw HTML and tables.
type nodes struct{}

func (nodes) RegisterFuncs(registry renderer.NodeRendererFuncRegisterer) {
	registry.Register(ast.KindRawHTML, rawHTML)
	registry.Register(ast.KindHTMLBlock, htmlBlock)
	registry.Register(extast.KindTable, scrollingTable)
}

func rawHTML(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		writeAllowed(w, node.(*ast.RawHTML).Segments.Value(source))
	}
	return ast.WalkSkipChildren, nil
}

func htmlBlock(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	block := node.(*ast.HTMLBlock)
	if entering {
		writeAllowed(w, block.Lines().Value(source))
	} else if block.HasClosure() {
		writeAllowed(w, block.ClosureLine.Value(source))
	}
	return ast.WalkContinue, nil
}

// writeAllowed passes the allowed tags, drops comments and escapes everything else.
func writeAllowed(w util.BufWriter, raw []byte) {
	raw = comment().ReplaceAll(raw, nil)
	at := 0
	for _, tag := range allowedTag().FindAllIndex(raw, -1) {
		_, _ = w.WriteString(html.EscapeString(string(raw[at:tag[0]]))) // a bytes.Buffer is behind w
		_, _ = w.Write(raw[tag[0]:tag[1]])
		at = tag[1]
	}
	_, _ = w.WriteString(html.EscapeString(string(raw[at:])))
}

var comment = pattern(`(?s)<!--.*?-->`)

// scrollingTable lets a wide table scroll by itself, so that the page keeps the width of a phone. The keyboard reaches it.
func scrollingTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString("<div class=\"scroll\" tabindex=\"0\"><table>\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

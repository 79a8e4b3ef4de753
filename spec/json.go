package spec

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// jsonEnding is that of a spec in HCL's JSON syntax.
const jsonEnding = ".hcl.json"

// jsonTooDeep finds where JSON, or a template in one of its texts, nests deeper than can be parsed or evaluated.
func jsonTooDeep(src []byte, name string) *hcl.Diagnostic {
	depth := 0
	at := hcl.InitialPos
	for i := 0; i < len(src); i++ {
		from := i
		switch src[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			for i++; i < len(src) && src[i] != '"' && src[i] != '\n'; i++ {
				if src[i] == '\\' {
					i++
				}
			}
			if diag := textTooDeep(src[from:min(i+1, len(src))], name, at); diag != nil {
				return diag
			}
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			for i+1 < len(src) && strings.IndexByte("0123456789.eE+-", src[i+1]) >= 0 {
				i++
			}
			end := hcl.Pos{Line: at.Line, Column: at.Column + i + 1 - from, Byte: i + 1}
			if diag := hugeNumber(src[from:i+1], hclsyntax.TokenNumberLit, hcl.Range{Filename: name, Start: at, End: end}); diag != nil {
				return diag
			}
		}
		if depth > maxDepth {
			end := at
			end.Byte, end.Column = end.Byte+1, end.Column+1
			return nestedTooDeep(hcl.Range{Filename: name, Start: at, End: end}, fmt.Sprintf("More than %d brackets are open here.", maxDepth))
		}
		at.Byte, at.Column = i+1, at.Column+i+1-from
		if src[min(i, len(src)-1)] == '\n' {
			at.Line, at.Column = at.Line+1, 1
		}
	}
	return nil
}

// textTooDeep looks at the template that a text in JSON may hold.
func textTooDeep(quoted []byte, name string, at hcl.Pos) *hcl.Diagnostic {
	var text string
	if json.Unmarshal(quoted, &text) != nil || !strings.Contains(text, "{") {
		return nil // a text that is no JSON is told by the parser
	}
	start := hcl.Pos{Line: at.Line, Column: at.Column + 1, Byte: at.Byte + 1}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), name, start)
	if diags := tooDeep(tokens); diags != nil {
		return diags[0]
	}
	expr, _ := hclsyntax.ParseTemplate([]byte(text), name, start)
	return loopInLoop(expr)
}

// loopInLoop finds a loop inside another. HCL parses the texts in JSON anew whenever they are evaluated, so the work in loops can't be
// counted there.
func loopInLoop(expr hclsyntax.Expression) *hcl.Diagnostic {
	w := &loopWalker{}
	_ = hclsyntax.Walk(expr, w)
	if w.found == nil {
		return nil
	}
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "Loop in a loop", Subject: w.found,
		Detail: "In JSON a loop can't stand in another one. Give the inner one a name in locals, or write this in HCL's own syntax.",
	}
}

type loopWalker struct {
	depth int
	found *hcl.Range
}

func (w *loopWalker) Enter(node hclsyntax.Node) hcl.Diagnostics {
	if loop, ok := node.(*hclsyntax.ForExpr); ok {
		if w.depth++; w.depth > 1 && w.found == nil {
			w.found = loop.OpenRange.Ptr()
		}
	}
	return nil
}

func (w *loopWalker) Exit(node hclsyntax.Node) hcl.Diagnostics {
	if _, ok := node.(*hclsyntax.ForExpr); ok {
		w.depth--
	}
	return nil
}

package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// statements are words that begin a statement elsewhere, with what to write instead.
var statements = map[string]string{
	"if":      "Give a value by a condition, as NAME = CONDITION ? A : B, or make a block as often as for_each or dynamic says.",
	"else":    "Give a value by a condition, as NAME = CONDITION ? A : B, or make a block as often as for_each or dynamic says.",
	"for":     "Make a block for each element with for_each or dynamic, or a value with [for x in LIST : x].",
	"foreach": "Make a block for each element with for_each or dynamic, or a value with [for x in LIST : x].",
	"while":   "Make a block for each element with for_each or dynamic, or a value with [for x in LIST : x].",
}

// isStatement says whether a fragment is written as a statement.
func (f *fragment) isStatement() bool { return f.isBlock && statements[f.name] != "" }

// notAStatement tells of a word that begins none here.
func notAStatement(word string, at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError, Summary: "No statement", Subject: &at,
		Detail: "HCL has no " + word + " statement: a spec says what there is, not what to do. " + statements[word],
	}
}

// namesInStatements lists what stands in blocks that are statements elsewhere.
func namesInStatements(body hcl.Body, word string) []string {
	native, ok := body.(*hclsyntax.Body)
	if !ok || statements[word] == "" {
		return nil
	}
	var names []string
	for _, b := range native.Blocks {
		if b.Type != word {
			continue
		}
		for name := range b.Body.Attributes {
			names = append(names, name)
		}
		for _, inner := range b.Body.Blocks {
			names = append(names, inner.Type)
		}
	}
	return names
}

// statement tells of one, unless it goes on with that which was cut out up to a line.
func (s *salvaging) statement(it *fragment, broken int) hcl.Diagnostics {
	if !it.isStatement() || it.name == "else" && it.start.Line <= broken+1 {
		return nil
	}
	return hcl.Diagnostics{notAStatement(it.name, *s.word(it))}
}

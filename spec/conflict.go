package spec

import (
	"bytes"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const mergeConflict = "Merge conflict"

// conflict finds the first mark that git leaves where two sides of a merge differ. In a heredoc it is a part of the text.
func conflict(tokens hclsyntax.Tokens) *hcl.Diagnostic {
	for i, t := range tokens {
		if t.Range.Start.Column > 1 {
			continue
		}
		switch t.Type {
		case hclsyntax.TokenLessThan, hclsyntax.TokenOr, hclsyntax.TokenEqualOp, hclsyntax.TokenGreaterThan:
		default:
			continue
		}
		if mark := markOf(tokens[i:]); slices.Contains([]string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"}, string(mark)) {
			rng := t.Range
			rng.End = hcl.Pos{Line: rng.Start.Line, Column: 1 + len(mark), Byte: rng.Start.Byte + len(mark)}
			return &hcl.Diagnostic{
				Severity: hcl.DiagError, Summary: mergeConflict, Subject: &rng,
				Detail: "Both sides of a merge stand here. " + remedies[mergeConflict],
			}
		}
	}
	return nil
}

// markOf gives what stands without a space at the beginning of tokens.
func markOf(tokens hclsyntax.Tokens) []byte {
	var mark bytes.Buffer
	for i, t := range tokens {
		if i > 0 && t.Range.Start.Byte != tokens[i-1].Range.End.Byte || t.Type == hclsyntax.TokenNewline || i > len("=======") {
			break
		}
		mark.Write(t.Bytes)
	}
	return mark.Bytes()
}

package spec

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	hcljson "github.com/hashicorp/hcl/v2/json"
)

// Whatever somebody has written goes through this file before HCL's parser sees it, be it a spec, a lock, a file of values, a template
// or an expression: it is no larger than it may be, a text in UTF-8, and nests no deeper than can be parsed.

// readFile reads a file that is going to be parsed, and no more of it than may be parsed.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, err
	}
	return src, fileFits(name, src)
}

func fileFits(name string, src []byte) error {
	if len(src) <= MaxFile {
		return nil
	}
	return fmt.Errorf("%q has more than the %d MiB that a spec may have: keep data in files of their own and read them with file()", name, MaxFile>>20)
}

// unreadable tells why a file can't be read.
func unreadable(err error) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Unreadable file", Detail: upper(err.Error()) + "."}
}

// isJSON says whether a file is in HCL's JSON syntax, by its name.
func isJSON(name string) bool { return strings.HasSuffix(name, ".json") }

// parseFile reads a file in HCL's own syntax or, where its name says so, in JSON. One with mistakes has no body, and serves to show them.
func parseFile(name string, src []byte) (*hcl.File, hcl.Diagnostics) {
	if isJSON(name) {
		return parseJSON(name, src)
	}
	return parseHCL(name, src)
}

// parseHCL is parseFile for a file in HCL's own syntax, whatever it is called.
func parseHCL(name string, src []byte) (*hcl.File, hcl.Diagnostics) {
	file, tokens, diags := parseAny(name, src)
	if !diags.HasErrors() || tokens == nil {
		return file, diags
	}
	file.Body = nil
	return file, legibleSyntax(diags, src)
}

// parseJSON is parseFile for JSON. Of its mistakes the first is told: in what comes after it, the parser takes one thing for another.
func parseJSON(name string, src []byte) (*hcl.File, hcl.Diagnostics) {
	if diag := cmp.Or(notReadable(name, src), jsonTooDeep(src, name), jsonMistake(name, src)); diag != nil {
		return &hcl.File{Bytes: src}, hcl.Diagnostics{diag}
	}
	file, diags := hcljson.Parse(src, name)
	if diags.HasErrors() {
		file.Body = nil
	}
	return file, legibleSyntax(diags[:min(len(diags), 1)], src)
}

// parseAny gives what HCL's parser makes of a file in its own syntax, with the mistakes as it tells them; without tokens where the parser
// could not bear the file, and without a body where it needs not see it to know a mistake.
func parseAny(name string, src []byte) (*hcl.File, hclsyntax.Tokens, hcl.Diagnostics) {
	if diag := notReadable(name, src); diag != nil {
		return &hcl.File{Bytes: src}, nil, hcl.Diagnostics{diag}
	}
	return parsePart(name, src, hcl.InitialPos)
}

// parsePart is parseAny for a part of a file that was found readable, which begins at a place in it.
func parsePart(name string, src []byte, at hcl.Pos) (*hcl.File, hclsyntax.Tokens, hcl.Diagnostics) {
	tokens, diags := bearable(name, src, at)
	if diags != nil {
		return &hcl.File{Bytes: src}, nil, diags
	}
	if diag := unended(tokens); diag != nil {
		return &hcl.File{Bytes: src}, tokens, hcl.Diagnostics{diag}
	}
	file, diags := hclsyntax.ParseConfig(src, name, at)
	return file, tokens, diags
}

// bearable gives the tokens of a part of a file, unless they say that no parser should see it.
func bearable(name string, src []byte, at hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics) {
	tokens, _ := hclsyntax.LexConfig(src, name, at)
	if diags := tooDeep(tokens); diags != nil {
		return nil, diags
	}
	if diag := conflict(tokens); diag != nil {
		return nil, hcl.Diagnostics{diag}
	}
	return tokens, nil
}

// notReadable finds why a file is none that can be parsed, before a parser looks at it.
func notReadable(name string, src []byte) *hcl.Diagnostic {
	if err := fileFits(name, src); err != nil {
		return unreadable(err)
	}
	return cmp.Or(notText(src, name), tooManySymbols(src, name))
}

// A grammar is how a text is read that is no file.
type grammar struct {
	lex   func(src []byte, filename string, start hcl.Pos) (hclsyntax.Tokens, hcl.Diagnostics)
	parse func(src []byte, filename string, start hcl.Pos) (hclsyntax.Expression, hcl.Diagnostics)
}

var (
	asExpression = grammar{hclsyntax.LexExpression, hclsyntax.ParseExpression}
	asTemplate   = grammar{hclsyntax.LexTemplate, hclsyntax.ParseTemplate}
)

// read reads a text that begins on a line of what the name stands for, as if the lines before it were empty.
func (g grammar) read(name string, src []byte, line int) (hclsyntax.Expression, hcl.Diagnostics) {
	padded := append(bytes.Repeat([]byte("\n"), line-1), src...)
	if diag := notText(padded, name); diag != nil {
		return nil, hcl.Diagnostics{diag}
	}
	start := hcl.Pos{Line: line, Column: 1, Byte: line - 1}
	tokens, _ := g.lex(src, name, start)
	if len(tokens) > maxSymbols {
		return nil, hcl.Diagnostics{symbolsDiagnostic(tokens[maxSymbols].Range)}
	}
	if diags := tooDeep(tokens); diags != nil {
		return nil, diags
	}
	if diag := unended(tokens); diag != nil {
		return nil, legibleSyntax(hcl.Diagnostics{diag}, padded)
	}
	expr, diags := g.parse(src, name, start)
	if diags.HasErrors() {
		return nil, legibleSyntax(diags, padded)
	}
	return expr, nil
}

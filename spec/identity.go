package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Identity gives what makes up the program, a part a line: a run whose parts are the same need not be made again. Comments,
// white space and places in the file don't count, and neither do the rules of valid, which judge a run and don't change it.
// The files of an ingest are not among the parts: whoever reads them knows their digest.
func (p *Program) Identity() map[string]string {
	values := p.valuesByName()
	id := map[string]string{}
	names := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		names[i] = s.Name
		id["max_tokens of step "+s.Name] = fmt.Sprint(s.MaxTokens)
	}
	id["steps"] = strings.Join(names, ", ")
	p.servedParts(id)
	for name, source := range p.expressions() {
		id[name] = p.digest(source, values)
	}
	return id
}

// expressions goes through the parts of the identity that are expressions.
func (p *Program) expressions() iter.Seq2[string, Source] {
	return func(yield func(string, Source) bool) {
		for _, s := range p.Steps {
			if !yield("prompt of step "+s.Name, s.Prompt) {
				return
			}
			for _, e := range s.Extract {
				if !yield("extract "+e.Name+" of step "+s.Name, e.Source) {
					return
				}
			}
		}
		for _, s := range p.Scores {
			if !yield("score "+s.Name, s.Source) {
				return
			}
		}
	}
}

// Places says where those parts of the identity come from that are expressions: the line of the spec, and the files that it reads.
func (p *Program) Places() map[string]string {
	places := map[string]string{}
	for name, source := range p.expressions() {
		from := append([]string{fmt.Sprintf("%s:%d", source.Filename, source.Line)}, source.Files...)
		places[name] = strings.Join(from, ", ")
	}
	return places
}

// valuesByName gives the JSON of each variable and local, by its root and its name.
func (p *Program) valuesByName() map[string]map[string]json.RawMessage {
	all := map[string]map[string]json.RawMessage{}
	for root, t := range p.Scope {
		var byName map[string]json.RawMessage
		if err := json.Unmarshal(t.Value, &byName); err == nil { // an object, as build makes it
			all[root] = byName
		}
	}
	return all
}

// digest hashes an expression's tokens with the values and the files that it refers to.
func (p *Program) digest(s Source, values map[string]map[string]json.RawMessage) string {
	d := digester{sha256.New()}
	d.source(s)
	for _, name := range slices.Sorted(maps.Keys(s.Vars)) {
		d.add("own", name, string(s.Vars[name].Value))
	}
	var variables []hcl.Traversal
	for _, f := range p.calledFrom(s) {
		d.add("parameters", append(f.Params, f.Variadic)...)
		d.source(f.Result)
		if expr, diags := f.Result.parse(&work{}); !diags.HasErrors() {
			variables = append(variables, expr.Variables()...)
		}
	}
	if expr, diags := s.parse(&work{}); !diags.HasErrors() {
		for _, t := range append(expr.Variables(), variables...) {
			all := values[t.RootName()]
			for _, n := range namesIn(t, all) {
				d.add("value", t.RootName(), n, string(all[n]))
			}
		}
	}
	for _, name := range s.Files {
		d.add("file", name, string(p.Files[name]))
	}
	for _, pattern := range s.Listings {
		d.add("listing", append([]string{pattern}, p.Listings[pattern]...)...)
	}
	return hex.EncodeToString(d.Sum(nil))
}

// calledFrom gives the module's own functions that an expression calls, itself or through others, in the order of their names.
func (p *Program) calledFrom(s Source) []Function {
	found := map[string]bool{}
	var visit func(s Source)
	visit = func(s Source) {
		expr, diags := s.parse(&work{})
		if diags.HasErrors() {
			return
		}
		called, _ := calls(expr)
		for _, c := range called {
			if f, ok := p.Calls[c.Name]; ok && !found[c.Name] {
				found[c.Name] = true
				visit(f.Result)
			}
		}
	}
	visit(s)
	var out []Function
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, p.Calls[name])
	}
	return out
}

// source hashes the tokens of an expression, without comments and white space.
func (d digester) source(s Source) {
	if s.JSON {
		d.add("json", s.Text)
		return
	}
	tokens, _ := hclsyntax.LexExpression(s.bare(), s.Filename, hcl.InitialPos)
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment && t.Type != hclsyntax.TokenNewline {
			d.add("token", string(t.Bytes))
		}
	}
}

// bare gives the text without what the formatter takes off it: "${x}" and (x) are x.
func (s Source) bare() []byte {
	text := s.parseable()
	expr, diags := hclsyntax.ParseExpression(text, s.Filename, hcl.InitialPos)
	for !diags.HasErrors() {
		switch wrapped := expr.(type) {
		case *hclsyntax.TemplateWrapExpr:
			expr = wrapped.Wrapped
		case *hclsyntax.ParenthesesExpr:
			expr = wrapped.Expression
		default:
			if rng := expr.Range(); rng.CanSliceBytes(text) {
				return Source{Text: string(rng.SliceBytes(text))}.parseable()
			}
			return text
		}
	}
	return text
}

// digester hashes parts of any text, each after its length, so that no two lists of parts give the same bytes.
type digester struct{ hash.Hash }

func (d digester) add(sort string, parts ...string) {
	for _, p := range append([]string{sort, fmt.Sprint(len(parts))}, parts...) {
		_ = binary.Write(d, binary.BigEndian, uint64(len(p))) // a hash takes every write
		_, _ = d.Write([]byte(p))
	}
}

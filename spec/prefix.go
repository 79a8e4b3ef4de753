package spec

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A name is written with what it belongs to: var.model, and not model. Without that, it is looked for among all that can be referred to.

// withoutPrefix suggests the references that end as one begins which nothing is called: " Did you mean var.model?", or "" where none
// does. What is declared on the same line is not meant.
func (s *scope) withoutPrefix(t hcl.Traversal) string {
	var meant []string
	for _, address := range s.addresses(slices.Collect(maps.Keys(sorts))) {
		if place, ok := s.place(address); ok && place.Filename == t.SourceRange().Filename && place.Start.Line == t.SourceRange().Start.Line {
			continue
		}
		written := t.RootName()
		if name, ok := second(t); ok && sorts[rootOf(address)].parts == 2 {
			written += "." + name
		}
		if strings.HasSuffix(address, "."+t.RootName()) || strings.HasSuffix(address, "."+written) {
			meant = append(meant, address)
		}
	}
	if len(meant) == 0 || len(meant) > listed {
		return ""
	}
	return " Did you mean " + orList(meant) + "?"
}

// instead says how a reference to some sort of block is written where a text stands; "" where none can be meant.
func (s *scope) instead(text string, blocks []string, expr hcl.Expression) string {
	meant := s.nearestReference(text, blocks)
	_, native := expr.(hclsyntax.Expression)
	switch {
	case meant == "":
		return ""
	case !native:
		return fmt.Sprintf(` In JSON a reference is written as "${%s}".`, meant)
	case meant == text:
		return " Take the quotes off."
	}
	return fmt.Sprintf(" Did you mean %s, without quotes?", meant)
}

// nearestReference finds the reference that a text was meant to be, in full or in part.
func (s *scope) nearestReference(text string, blocks []string) string {
	all := s.addresses(blocks)
	if slices.Contains(blocks, rootOf(text)) && text != rootOf(text) {
		return cmp.Or(nearest(text, all), text)
	}
	if i := slices.IndexFunc(all, func(address string) bool { return strings.HasSuffix(address, "."+text) }); i >= 0 {
		return all[i]
	}
	names := map[string]string{}
	for _, address := range all {
		names[address[strings.LastIndexByte(address, '.')+1:]] = address
	}
	return names[nearest(text, slices.Collect(maps.Keys(names)))]
}

// addresses lists what there is to refer to behind some roots, sorted, in full: server.ollama.main, and not what it has.
func (s *scope) addresses(roots []string) []string {
	var all []string
	var collect func(address string, t cty.Type, parts int)
	collect = func(address string, t cty.Type, parts int) {
		if parts == 0 {
			all = append(all, address)
		} else if t.IsObjectType() {
			for name, inner := range t.AttributeTypes() {
				collect(address+"."+name, inner, parts-1)
			}
		}
	}
	for _, root := range roots {
		if v, _, ok := s.lookup(root); ok {
			collect(root, v.Type(), sorts[root].parts)
		}
	}
	slices.Sort(all)
	return all
}

package spec

import (
	"errors"
	"fmt"
	"strings"

	yaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var yamlDecodeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "src", Type: cty.String}},
	Type: func(args []cty.Value) (cty.Type, error) {
		if !args[0].IsKnown() {
			return cty.DynamicPseudoType, nil
		}
		text := args[0].AsString()
		if err := boundedYAML(text); err != nil {
			return cty.NilType, function.NewArgError(0, err)
		}
		t, err := yaml.Standard.ImpliedType([]byte(text))
		if err != nil {
			return cty.NilType, function.NewArgError(0, err)
		}
		// An alias takes no room here, but every other walk over the value goes through what it stands for.
		if left := maxElements; !small(t, &left, maxDepth) {
			return cty.NilType, function.NewArgErrorf(0, "it has more than %d elements, with all that its aliases stand for, or nests deeper than %d levels", maxElements, maxDepth)
		}
		return t, nil
	},
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		return yaml.Standard.Unmarshal([]byte(args[0].AsString()), t)
	},
})

var yamlEncodeFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, t cty.Type) (cty.Value, error) {
		if !args[0].IsWhollyKnown() {
			return cty.UnknownVal(t), nil
		}
		if holdsReference(args[0]) {
			return cty.NilVal, errors.New("a reference to a block can't be written as YAML")
		}
		text, err := yaml.Standard.Marshal(args[0])
		return cty.StringVal(string(text)), err
	},
})

// boundedYAML refuses what the YAML parser, which recurses, would be too slow for, or take too much memory.
func boundedYAML(text string) error {
	if len(text) > maxYAML {
		return fmt.Errorf("it is longer than the %d MiB that YAML may have here; write it as JSON", maxYAML>>20)
	}
	if strings.Count(text, "[")+strings.Count(text, "{") > maxBrackets {
		return fmt.Errorf("it has more than %d brackets; write it as JSON", maxBrackets)
	}
	if strings.Contains(text, "<<") && strings.Count(text, "*")*len(text) > maxMerged {
		return errors.New("it has too many merges; write it as JSON")
	}
	for line := range strings.Lines(text) {
		if indent := len(line) - len(strings.TrimLeft(line, " -?:\t")); indent > maxDepth {
			return fmt.Errorf("a line of it is indented by more than %d", maxDepth)
		}
	}
	return nil
}

// small says whether a type has no more parts than are left, and no more levels.
func small(t cty.Type, left *int, levels int) bool {
	*left--
	if *left < 0 || levels < 0 {
		return false
	}
	switch {
	case t.IsObjectType():
		for _, of := range t.AttributeTypes() {
			if !small(of, left, levels-1) {
				return false
			}
		}
	case t.IsTupleType():
		for _, of := range t.TupleElementTypes() {
			if !small(of, left, levels-1) {
				return false
			}
		}
	}
	return true
}

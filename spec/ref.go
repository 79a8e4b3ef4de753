package spec

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// A Ref is a typed reference to a block of the module: agent.go, server.ollama.main.
type Ref struct {
	Block string // agent, server, workload, target, experiment, dataset, analysis, comparison, claim
	Kind  string // of a server or a target: ollama, local; else ""
	Name  string
	Key   string // of an instance of for_each; else ""
}

// Address writes the reference as the spec does.
func (r Ref) Address() string {
	s := r.Block + "."
	if r.Kind != "" {
		s += r.Kind + "."
	}
	return s + r.ID()
}

// ID is the name, with the key of an instance: sweep, or sweep["large"].
func (r Ref) ID() string {
	if r.Key == "" {
		return r.Name
	}
	return r.Name + "[" + strconv.Quote(r.Key) + "]"
}

// FileName is the ID in a form that a file or a folder may have. No two instances share one, not even where case doesn't count.
func (r Ref) FileName() string {
	if r.Key == "" {
		return r.Name
	}
	slug := clean(r.Key)
	if slug != r.Key || slug != strings.ToLower(slug) {
		slug += "-" + sha256Hex(r.Key)[:6]
	}
	return r.Name + "." + slug // a name has no dot
}

// refTypes holds one cty type for each kind of block that can be referred to, so that an agent where a server belongs is a
// type error.
var refTypes = func() map[string]cty.Type {
	types := map[string]cty.Type{}
	for _, block := range []string{"agent", "server", "workload", "target", "experiment", "dataset", "analysis", "comparison", "claim"} {
		types[block] = cty.CapsuleWithOps(block, reflect.TypeFor[Ref](), &cty.CapsuleOps{
			RawEquals: func(a, b any) bool { return *a.(*Ref) == *b.(*Ref) },
			Equals:    func(a, b any) cty.Value { return cty.BoolVal(*a.(*Ref) == *b.(*Ref)) },
			HashKey:   func(v any) string { return v.(*Ref).Address() },
		})
	}
	return types
}()

func refVal(r Ref) cty.Value { return cty.CapsuleVal(refTypes[r.Block], &r) }

// asRef gives the reference that a value holds.
func asRef(v cty.Value) (Ref, bool) {
	if v.IsNull() || !v.IsKnown() || !v.Type().IsCapsuleType() {
		return Ref{}, false
	}
	r, ok := v.EncapsulatedValue().(*Ref)
	if !ok {
		return Ref{}, false
	}
	return *r, true
}

package spec

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// uses remembers who refers to what.
type uses struct {
	owner string // address of what is being decoded
	seen  map[Use]bool
	list  []Use
}

// A Use says that the definition of one thing refers to another, both by their addresses: local.a, agent.go, function.f. To may
// stop short of a name where all below it are meant, or go on with an attribute, written as the key of an instance.
type Use struct{ From, To string }

func newUses() *uses { return &uses{seen: map[Use]bool{}} }

func (u *uses) note(to string) {
	use := Use{u.owner, to}
	if !u.seen[use] {
		u.seen[use] = true
		u.list = append(u.list, use)
	}
}

// noteReference notes what a reference means: a variable, a local value, a block or an instance, or all of a sort where it names
// none.
func (u *uses) noteReference(t hcl.Traversal) {
	sort, ok := sorts[t.RootName()]
	if !ok || sort.where != inModule {
		return
	}
	to := addressOf(t)
	if _, block := refTypes[t.RootName()]; block && len(t) > sort.parts+1 {
		if key, ok := stepName(t[sort.parts+1]); ok {
			to = Ref{Name: to, Key: key}.ID()
		}
	}
	u.note(to)
}

// noteAxis notes which axis a reference means.
func (s *scope) noteAxis(t hcl.Traversal) {
	for ; s != nil && t.RootName() == "matrix"; s = s.parent {
		if s.axes != nil {
			name, _ := second(t)
			s.axes[name] = true
			return
		}
	}
}

// noteBlocks notes the blocks that a value refers to.
func (u *uses) noteBlocks(v cty.Value) {
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		v, _ = v.Unmark()
		if r, ok := asRef(v); ok {
			u.note(r.Address())
		}
		return true, nil
	})
}

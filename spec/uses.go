package spec

import "github.com/hashicorp/hcl/v2"

// uses remembers who refers to what.
type uses struct {
	owner string // address of what is being decoded
	seen  map[Use]bool
	list  []Use
}

// A Use says that the definition of one thing refers to another, both by their addresses: local.a, agent.go, function.f.
type Use struct{ From, To string }

func newUses() *uses { return &uses{seen: map[Use]bool{}} }

func (u *uses) note(to string) {
	use := Use{u.owner, to}
	if !u.seen[use] {
		u.seen[use] = true
		u.list = append(u.list, use)
	}
}

// noteReference notes what a reference means: a variable, a local value or a block, or all of a sort where it names none.
func (u *uses) noteReference(t hcl.Traversal) {
	to := t.RootName()
	sort, ok := sorts[to]
	if !ok || sort.where != inModule {
		return
	}
	for i := range sort.parts {
		name, ok := second(t[i:])
		if !ok {
			break
		}
		to += "." + name
	}
	u.note(to)
}

package spec

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

// LockFile is what the lock of a module is called. It lies beside the spec, and is never read as one.
const LockFile = "experiment.lock.hcl"

// A Lock is what was found out when a spec was applied: what it depends on, and what nobody could have written into it. A lock
// that is nil knows nothing.
type Lock struct {
	values map[Fact]string // none is empty
}

// A Fact is one thing that a lock may know: of a server its version, or with Model the digest of that model; of an agent or a
// dataset its digest.
type Fact struct {
	Of    Ref
	Model string
}

// String names the fact: `server.ollama.main model gemma3:latest`, `agent.go digest`.
func (f Fact) String() string {
	switch {
	case f.Model != "":
		return f.Of.Address() + " model " + f.Model
	case f.Of.Block == "server":
		return f.Of.Address() + " version"
	}
	return f.Of.Address() + " digest"
}

// DigestName stands before a SHA-256 in a lock, which is written in hexadecimal.
const DigestName = "sha256:"

var (
	digestForm = pattern(`^sha256:[0-9a-f]{64}$`)
	agentForm  = pattern(`^(sha256:[0-9a-f]{64}|builtin \w+, instrument \w+)$`)
)

// fits says whether a value has the form that those of the fact have.
func (f Fact) fits(value string) bool {
	switch {
	case f.Of.Block == "agent":
		return agentForm().MatchString(value)
	case f.Of.Block == "server" && f.Model == "":
		return value != ""
	}
	return digestForm().MatchString(value)
}

// Value gives what is known of a fact, or "".
func (l *Lock) Value(f Fact) string {
	if l == nil {
		return ""
	}
	return l.values[f]
}

// Set notes a value, and says whether it has the form that those of the fact have: no other is noted.
func (l *Lock) Set(f Fact, value string) bool {
	value = cty.NormalizeString(value) // as the parser gives it again
	if !f.fits(value) {
		return false
	}
	if l.values == nil {
		l.values = map[Fact]string{}
	}
	l.values[f] = value
	return true
}

// Clone gives a lock that knows the same.
func (l *Lock) Clone() *Lock {
	if l == nil {
		return &Lock{}
	}
	return &Lock{maps.Clone(l.values)}
}

// Equal says whether two locks know the same.
func (l *Lock) Equal(other *Lock) bool { return maps.Equal(l.Clone().values, other.Clone().values) }

// Facts lists what the lock knows in the order of the file.
func (l *Lock) Facts() []Fact { return slices.SortedFunc(maps.Keys(l.Clone().values), Fact.compare) }

func (f Fact) compare(g Fact) int {
	return cmp.Or(cmp.Compare(f.Of.Block, g.Of.Block), cmp.Compare(f.Of.Kind, g.Of.Kind), cmp.Compare(f.Of.Name, g.Of.Name),
		cmp.Compare(f.Of.Key, g.Of.Key), cmp.Compare(f.Model, g.Model))
}

// KeepOnly forgets what is known of a block that is not in the module.
func (l *Lock) KeepOnly(m *Module) {
	maps.DeleteFunc(l.values, func(f Fact, _ string) bool {
		switch f.Of.Block {
		case "agent":
			return m.Agent(f.Of) == nil
		case "dataset":
			return m.Dataset(f.Of) == nil
		}
		return m.Server(f.Of) == nil
	})
}

const lockHead = `# What "bench apply" found: versions of servers, digests of models, agents and datasets. What is measured with something else has
# to be measured again, so keep this file in git, beside the spec. bench writes it: there is no need to edit it.
`

// Bytes gives the lock in the form of its file: canonical HCL, sorted, a fact a line.
func (l *Lock) Bytes() []byte {
	file := hclwrite.NewEmptyFile()
	var block *hclwrite.Block
	var of Ref
	empty := false // the block
	for _, f := range l.Facts() {
		if block == nil || f.Of != of {
			file.Body().AppendNewline()
			block, of, empty = file.Body().AppendNewBlock(f.Of.Block, f.Of.labels()), f.Of, true
		}
		name, inner := "digest", block
		switch {
		case f.Model != "":
			if !empty {
				block.Body().AppendNewline()
			}
			inner = block.Body().AppendNewBlock("model", []string{f.Model})
		case f.Of.Block == "server":
			name = "version"
		}
		inner.Body().SetAttributeValue(name, cty.StringVal(l.values[f]))
		empty = false
	}
	return append([]byte(lockHead), file.Bytes()...)
}

// labels are those of the block in a lock; the key of an instance is the last one.
func (r Ref) labels() []string {
	return slices.DeleteFunc([]string{r.Kind, r.Name, r.Key}, func(label string) bool { return label == "" })
}

// lockEnding is that of a lock file.
const lockEnding = ".lock.hcl"

// Belongs says whether a file beside a spec has a part in what the spec means, though no path names it. A file of values is none: what
// it gives is in Module.Given, and the digest of a file that holds little but a secret would tell it.
func Belongs(name string) bool { return strings.HasSuffix(name, lockEnding) }

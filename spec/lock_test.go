package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"
	"pgregory.net/rapid"
)

var (
	someDigest    = DigestName + strings.Repeat("3f2a", 16)
	anotherDigest = DigestName + strings.Repeat("91cc", 16)
)

// known is a lock with one fact of each sort.
func known(t testing.TB) *Lock {
	t.Helper()
	l := &Lock{}
	main, keyed := Ref{Block: "server", Kind: "ollama", Name: "main"}, Ref{Block: "server", Kind: "ollama", Name: "main", Key: "large ones"}
	for f, value := range map[Fact]string{
		{Of: main}:                                 "0.6.5",
		{Of: main, Model: "gemma3:latest"}:         someDigest,
		{Of: main, Model: "gemma3:1b"}:             anotherDigest,
		{Of: keyed, Model: "m"}:                    someDigest,
		{Of: Ref{Block: "agent", Name: "go"}}:      "builtin workflow, instrument 1",
		{Of: Ref{Block: "agent", Name: "rust"}}:    someDigest,
		{Of: Ref{Block: "dataset", Name: "sweep"}}: anotherDigest,
	} {
		if !l.Set(f, value) {
			t.Errorf("%s = %q is refused", f, value)
		}
	}
	return l
}

// The file is a contract: people read it in a merge.
func TestLockFile(t *testing.T) {
	golden := filepath.Join("testdata", "lock.hcl")
	got := known(t).Bytes()
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", golden, diff)
	}
	formatted, diags := Format(got, golden)
	if diags.HasErrors() || !bytes.Equal(formatted, got) {
		t.Errorf("it is not in canonical form: %v\n%s", diags, formatted)
	}
	roundTrip(t, known(t))
}

// roundTrip holds that a lock is read as it was written.
func roundTrip(t rapid.TB, l *Lock) {
	again, diags := ParseLock(l.Bytes(), LockFile)
	if diags.HasErrors() {
		t.Fatalf("%v\n%s", diags, l.Bytes())
	}
	if !again.Equal(l) || !bytes.Equal(again.Bytes(), l.Bytes()) {
		t.Fatalf("\n%s\nbecomes\n%s", l.Bytes(), again.Bytes())
	}
}

// Whatever a key, a model and a version are called.
func TestLockRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &Lock{}
		text := rapid.OneOf(rapid.StringN(0, 8, -1), rapid.SampledFrom([]string{"${x}", "$${", "%{", "a\"b", "\\", "\n", "=======", "e\u0301", "\u00a0", "\x00"}))
		for range rapid.IntRange(0, 6).Draw(t, "facts") {
			f := Fact{Of: Ref{Block: rapid.SampledFrom([]string{"agent", "dataset", "server"}).Draw(t, "block"), Name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"), Key: cty.NormalizeString(text.Draw(t, "key"))}}
			value := rapid.SampledFrom([]string{someDigest, anotherDigest}).Draw(t, "digest")
			if f.Of.Block == "server" {
				f.Of.Kind = rapid.SampledFrom([]string{"ollama", "emulator"}).Draw(t, "kind")
				if f.Model = cty.NormalizeString(text.Draw(t, "model")); f.Model == "" {
					value = text.Draw(t, "version")
				}
			}
			l.Set(f, value)
		}
		roundTrip(t, l)
	})
}

// What is not known is "", and to forget a fact is not to know it.
func TestLockKnows(t *testing.T) {
	var none *Lock
	main := Fact{Of: Ref{Block: "server", Kind: "ollama", Name: "main"}}
	if none.Value(main) != "" || len(none.Facts()) != 0 || !none.Equal(&Lock{}) || none.Equal(known(t)) {
		t.Error("no lock knows something")
	}
	l := known(t)
	copied := l.Clone()
	copied.Set(main, "0.7.0")
	if l.Value(main) != "0.6.5" || copied.Value(main) != "0.7.0" || l.Equal(copied) {
		t.Errorf("%q, and of the copy %q", l.Value(main), copied.Value(main))
	}
	l.KeepOnly(&Module{Servers: []*Server{{Ref: main.Of}}, Agents: []*Agent{{Ref: Ref{Block: "agent", Name: "go"}}}})
	var left []string
	for _, f := range l.Facts() {
		left = append(left, f.String())
	}
	want := []string{"agent.go digest", "server.ollama.main version", "server.ollama.main model gemma3:1b", "server.ollama.main model gemma3:latest"}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []string{"", "3f2a", strings.ToUpper(someDigest), strings.TrimPrefix(someDigest, DigestName)} {
		if l.Set(Fact{Of: main.Of, Model: "gemma3:1b"}, wrong) {
			t.Errorf("%q is taken for a digest", wrong)
		}
	}
}

// A lock that is cut off anywhere is told as such, or has lost whole facts: never is a value another one.
func TestLockCutOff(t *testing.T) {
	whole := known(t)
	src := whole.Bytes()
	for n := range src {
		l, diags := ParseLock(src[:n], LockFile)
		if diags.HasErrors() {
			continue
		}
		for _, f := range l.Facts() {
			if l.Value(f) != whole.Value(f) {
				t.Errorf("after %d bytes: %s is %q", n, f, l.Value(f))
			}
		}
	}
}

// FuzzLock: whatever the bytes, there is an answer. What is read is written, and read as the same.
func FuzzLock(f *testing.F) {
	names, err := filepath.Glob("testdata/errors/*/" + LockFile)
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range append(names, "testdata/lock.hcl") {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("\xef\xbb\xbfserver \"ollama\" main { version = \"${1}\" }\r\nagent a \"b\" { digest = \"" + someDigest + "\" }"))
	f.Fuzz(func(t *testing.T, src []byte) {
		if l, diags := ParseLock(src, LockFile); !diags.HasErrors() {
			roundTrip(t, l)
		}
	})
}

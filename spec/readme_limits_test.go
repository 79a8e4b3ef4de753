package spec

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"strconv"
	"strings"
	"testing"
)

// limitTable shows limits.go: what is bounded, at how much, and why. Each limit has a comment that says both, parted by a colon.
func limitTable(t *testing.T) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "limits.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	if _, err := (&types.Config{}).Check("spec", fset, []*ast.File{file}, info); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| what | at most | since |\n| --- | --- | --- |\n")
	for _, decl := range file.Decls {
		for _, s := range decl.(*ast.GenDecl).Specs {
			limit := s.(*ast.ValueSpec)
			name := limit.Names[0]
			what, why, ok := strings.Cut(strings.TrimSuffix(strings.Join(strings.Fields(limit.Doc.Text()), " "), "."), ": ")
			if !ok {
				t.Errorf("limits.go: the comment of %s does not say what is bounded and, behind a colon, why", name)
			}
			most, _ := constant.Int64Val(info.Defs[name].(*types.Const).Val())
			fmt.Fprintf(&b, "| %s | %s | %s |\n", what, amount(most, strings.TrimSpace(limit.Comment.Text())), why)
		}
	}
	return b.String()
}

// amount writes a number in groups of three digits, with its unit.
func amount(n int64, unit string) string {
	if unit == "bytes" && n%(1<<20) == 0 {
		n, unit = n>>20, "MiB"
	}
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && len(digits) > 4; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return strings.TrimSpace(digits + " " + unit)
}

package spec

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
	hcljson "github.com/hashicorp/hcl/v2/json"
)

// TestJSONMistake: whatever is taken out of JSON, or put into it, a mistake is found where it is none any more, HCL's parser takes it
// where none is found, and the place is in the file.
func TestJSONMistake(t *testing.T) {
	names, err := filepath.Glob("testdata/errors/*/*" + jsonEnding)
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range src {
			checkJSONMistake(t, slices.Delete(slices.Clone(src), i, i+1))
			for _, c := range "{}[],:\"\\'#-+.0e1 \nxn" {
				checkJSONMistake(t, slices.Insert(slices.Clone(src), i, byte(c)))
			}
		}
		checkJSONMistake(t, src)
	}
	checkJSONMistake(t, []byte(`{"a": 0.`+string(slices.Repeat([]byte("1"), 2000))+`}`))
}

func checkJSONMistake(t *testing.T, src []byte) {
	t.Helper()
	if notText(src, "x.json") != nil {
		return
	}
	diag := jsonMistake("x.json", src)
	_, diags := hcljson.Parse(src, "x.json")
	switch {
	case diag == nil && (!json.Valid(src) || isSyntax(diags)):
		t.Errorf("%q: no mistake is found; HCL says %v", src, diags)
	case diag != nil && json.Valid(src) && !diags.HasErrors():
		t.Errorf("%q: %v", src, diag)
	case diag != nil && (!diag.Subject.CanSliceBytes(src) || diag.Subject.Empty() && diag.Subject.Start.Byte > 0):
		t.Errorf("%q: %v points at nothing", src, diag)
	}
}

// isSyntax says whether HCL takes a text for no JSON, rather than for no body.
func isSyntax(diags hcl.Diagnostics) bool {
	return diags.HasErrors() && diags[0].Summary != "Root value must be object"
}

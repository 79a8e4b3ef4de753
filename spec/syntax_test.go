package spec

import (
	"fmt"
	"strings"
	"testing"
)

// TestUnendedTexts: a file with many texts that have no end is looked at in part, and what is sensitive in the rest is hidden all the same.
func TestUnendedTexts(t *testing.T) {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "locals {\n  a%d = \"x\n}\n\n#%s\n", i, strings.Repeat("-", MaxFile/25))
	}
	b.WriteString("variable \"key\" {\n  sensitive = true\n  default   = \"hunter2\"\n}\n")
	src := []byte(b.String())
	rest := understandHCL("a.hcl", src)
	if n := len(rest.diags); n < 2 || n > 10 || !rest.stopped || rest.file.Body != nil {
		t.Errorf("%d mistakes are told, stopped: %v", n, rest.stopped)
	}
	if strings.Contains(string(Hide("a.hcl", src)), "hunter2") {
		t.Error("a sensitive value is shown")
	}
}

// TestHeading: a heading over a diagnostic is no longer than a line, whatever the labels.
func TestHeading(t *testing.T) {
	for what, label := range map[string]string{"one": strings.Repeat("é", 1000), "many": strings.Repeat(`l" "`, 1000)} {
		rest := understandHCL("a.hcl", []byte(`server "emulator" "`+label+"\" {\n  a =\n}\n"))
		nav := rest.file.Nav.(navigator)
		if heading := nav.ContextString(rest.diags[0].Subject.Start.Byte); !strings.HasPrefix(heading, `server "emulator" "`) || len(heading) > maxHeading+len("…") {
			t.Errorf("%s: %s", what, heading)
		}
	}
}

// TestArgumentsByName: a word is taken for an argument only where no block is called so.
func TestArgumentsByName(t *testing.T) {
	for name, want := range map[string]bool{"title": true, "server": false, "matrix": false, "nothing": false} {
		if _, got := rootSchema.argument(name); got != want {
			t.Errorf("%s is an argument: %v", name, got)
		}
	}
}

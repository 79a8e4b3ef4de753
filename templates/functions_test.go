package templates

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/sprig/v3"
)

// Every function of sprig is either there or left out for a reason, also after an update of sprig.
func TestEveryFunctionOfSprigIsDecided(t *testing.T) {
	ours := functions(nil)
	for name := range sprig.GenericFuncMap() {
		_, there := ours[name]
		if _, why := absent[name]; there == why {
			if _, builtin := builtinNames[name]; !builtin {
				t.Errorf("%s: there %v, left out with a reason %v", name, there, why)
			}
		}
	}
	for name, original := range fromSprig {
		if sprig.GenericFuncMap()[original] == nil {
			t.Errorf("%s: sprig has no %s", name, original)
		}
	}
}

// README.md names every function that is not sprig's.
func TestReadmeNamesTheFunctions(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields("print printf println index slice len and or not until untilStep seq repeat indent nindent")
	for name := range functions(nil) {
		_, theirs := fromSprig[name]
		if theirs || strings.HasPrefix(name, "_") || slices.Contains(known, name) {
			continue
		}
		if !regexp.MustCompile("`" + name + "[ `]").Match(readme) {
			t.Errorf("README.md does not name %s", name)
		}
	}
}

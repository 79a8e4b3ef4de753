package templates

import (
	"embed"
	"strings"
)

//go:embed builtin/*.md.tmpl
var builtins embed.FS

const builtinSuffix = ".md.tmpl"

// Builtin gives the source of a built-in template.
func Builtin(name string) (source string, ok bool) {
	text, err := builtins.ReadFile("builtin/" + name + builtinSuffix)
	return string(text), err == nil
}

// Builtins lists the names of the built-in templates, sorted.
func Builtins() []string {
	entries, _ := builtins.ReadDir("builtin") // embedded: it is there
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), builtinSuffix))
	}
	return names
}

package wire

import "strings"

// SameModel compares names as Ollama does: without regard to case, and with its defaults for what is
// left out, so that gemma3 is registry.ollama.ai/library/gemma3:latest.
func SameModel(a, b string) bool { return FullName(a) == FullName(b) }

// FullName gives a model's name in lower case with its tag, and without what Ollama takes as default before it.
func FullName(name string) string {
	name = strings.ToLower(name)
	name = strings.TrimPrefix(strings.TrimPrefix(name, "registry.ollama.ai/"), "library/")
	if !strings.Contains(name[strings.LastIndexByte(name, '/')+1:], ":") {
		name += ":latest"
	}
	return name
}

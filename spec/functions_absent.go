package spec

import "fmt"

// impure holds the functions of other tools that depend on more than a spec, with what each depends on and what to do instead.
var impure = map[string]struct{ why, instead string }{
	"timestamp":          {"it reads the clock", giveIt},
	"plantimestamp":      {"it reads the clock", giveIt},
	"isotime":            {"it reads the clock", giveIt},
	"legacy_isotime":     {"it reads the clock", giveIt},
	"uuid":               {"it is random", "Take uuidv5, which makes a UUID of a name."},
	"uuidv4":             {"it is random", "Take uuidv5, which makes a UUID of a name."},
	"bcrypt":             {"it is random", "Take sha256, or hash it elsewhere and give the result: -var NAME=VALUE."},
	"rsadecrypt":         {"it needs a private key, which would have to be in the spec", "Decrypt the value elsewhere, put it in the environment and read it with env()."},
	"pathexpand":         {"it depends on who runs it", `Take a path relative to the spec, or env("HOME").`},
	"homedir":            {"it depends on who runs it", `Take a path relative to the spec, or env("HOME").`},
	"abspath":            {"it depends on where the spec lies", "Paths are relative to the spec."},
	"vault":              {"it asks a service", fromEnvironment},
	"consul_key":         {"it asks a service", fromEnvironment},
	"aws_secretsmanager": {"it asks a service", fromEnvironment},
}

const (
	giveIt          = "Declare a variable and give it the time: -var NAME=VALUE."
	fromEnvironment = "Put the value in the environment and read it with env()."
)

// leftOut holds other functions of those tools, with the reason.
var leftOut = map[string]string{
	"templatestring":   "a text with ${…} in it is a template already",
	"base64gzip":       "the bytes that it gives differ from version to version",
	"base64gunzip":     "nothing that a spec says is compressed",
	"textencodebase64": "every text is UTF-8; take base64encode",
	"textdecodebase64": "every text is UTF-8; take base64decode",
	"cidrhost":         noNetworks,
	"cidrnetmask":      noNetworks,
	"cidrsubnet":       noNetworks,
	"cidrsubnets":      noNetworks,
	"cidrcontains":     noNetworks,
	"list":             "write [ … ]",
	"not":              "write !(…)",
	"map":              "write { … }",
}

const noNetworks = "a spec lays out no networks"

// missingFunction says what is wrong with a call to a function that is not among names.
func missingFunction(name string, names []string) (summary, detail string) {
	if f, ok := impure[name]; ok {
		return "Impure function", fmt.Sprintf("%q is left out of this language: %s, so the same spec would not always mean the same plan. %s", name, f.why, f.instead)
	}
	if why, ok := leftOut[name]; ok {
		return "Unknown function", fmt.Sprintf("%q is left out of this language: %s.", name, why)
	}
	if renders[name] {
		return "Unknown function", "A template can't render another one: it might be itself. Render it outside and hand the text over."
	}
	return "Unknown function", fmt.Sprintf("There is no function %q.%s", name, didYouMean(name, names, ""))
}

package spec

import (
	"fmt"
	"strings"

	"golang.org/x/mod/semver"
)

// satisfies says whether a version meets a constraint such as ">= 0.1.0", ">= 0.1, < 2" or "~> 0.1".
func satisfies(version, constraint string) (bool, error) {
	all := true
	for _, part := range splitComma(constraint) {
		op, want := splitOperator(part)
		if !semver.IsValid("v" + want) {
			return false, fmt.Errorf("%q is not a constraint on a version: write it as \">= 0.1.0\" or \"~> 0.1\"", part)
		}
		c := semver.Compare("v"+version, "v"+want)
		switch op {
		case ">=":
			all = all && c >= 0
		case ">":
			all = all && c > 0
		case "<=":
			all = all && c <= 0
		case "<":
			all = all && c < 0
		case "!=":
			all = all && c != 0
		case "~>":
			all = all && c >= 0 && sameSeries(version, want)
		default:
			all = all && c == 0
		}
	}
	return all, nil
}

// sameSeries says whether all parts but the last that want names are those of the version: 0.1.5 is of the series of 0.1 and
// of 0.1.2.
func sameSeries(version, want string) bool {
	if strings.Count(want, ".") > 1 {
		return semver.MajorMinor("v"+version) == semver.MajorMinor("v"+want)
	}
	return semver.Major("v"+version) == semver.Major("v"+want)
}

// splitOperator takes ">= 0.1.0" apart; no operator means "=".
func splitOperator(s string) (op, rest string) {
	for _, op := range []string{">=", "<=", "!=", "~>", ">", "<", "="} {
		if rest, ok := strings.CutPrefix(s, op); ok {
			return op, strings.TrimSpace(rest)
		}
	}
	return "=", s
}

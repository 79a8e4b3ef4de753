package study

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"bench/spec"
)

// A Check is how a condition of the spec came out. One that can't be told has failed.
type Check struct {
	OK       bool   `json:"ok"`
	Severity string `json:"severity"` // of a failure: error, warning
	Message  string `json:"message"`  // where it failed, why; else what the condition sees
}

// Fails says whether the check is a reason to exit with an error.
func (c Check) Fails() bool { return !c.OK && c.Severity == "error" }

// A Claim is what the data say of a statement.
type Claim struct {
	Statement string  `json:"statement"`
	Verdict   Verdict `json:"verdict"`
	Why       string  `json:"why"` // what the deciding condition sees
}

// A Verdict is that of a claim.
type Verdict string

// The verdicts.
const (
	Supported Verdict = "supported"
	Refuted   Verdict = "refuted"
	NotShown  Verdict = "not_shown"
)

// Results gives the results that expressions of the spec may refer to.
func (s Study) Results() (spec.Results, error) {
	out := spec.Results{}
	for name, a := range s.Analyses {
		text, err := json.Marshal(a)
		if err != nil {
			return nil, fmt.Errorf("analysis.%s: %w", name, err)
		}
		out["analysis."+name] = text
	}
	return out, nil
}

// conclude holds the checks and the claims of a module against the results. A mistake that only these show spoils the check or the
// claim that it lies in, and no other.
func (s *Study) conclude(m *spec.Module) error {
	results, err := s.Results()
	if err != nil {
		return err
	}
	for _, c := range m.Checks {
		out, diags := check(c, results)
		s.Checks[c.ID()], s.Mistakes = out, append(s.Mistakes, diags...)
	}
	for _, c := range m.Claims {
		out, diags := claim(c, results)
		s.Claims[c.ID()], s.Mistakes = out, append(s.Mistakes, diags...)
	}
	return nil
}

func check(c *spec.Check, r spec.Results) (Check, hcl.Diagnostics) {
	holds, missing, diags := c.Condition.Truth(r)
	out := Check{OK: holds, Severity: c.Severity, Message: seen("", r, c.Condition)}
	switch {
	case diags.HasErrors():
		out.Message = mistaken(diags)
		return out, diags
	case holds:
		return out, diags
	case missing != "":
		out.Message = "It can't be told: " + missing + " is null."
		return out, diags
	}
	message, missing, more := c.Message.Told(r)
	switch {
	case more.HasErrors():
	case missing != "":
		out.Message = strings.TrimSpace(out.Message + " Its error_message can't be told: " + missing + " is null.")
	default:
		out.Message = message
	}
	return out, append(diags, more...)
}

// mistaken says of a condition that it has no value.
func mistaken(diags hcl.Diagnostics) string {
	return "It can't be evaluated: " + (&spec.LateError{Diagnostics: diags}).Error()
}

func claim(c *spec.Claim, r spec.Results) (Claim, hcl.Diagnostics) {
	out := Claim{Statement: c.Statement, Verdict: NotShown}
	supported, missing, diags := c.Supported.Truth(r)
	refuted := false
	conditions := []spec.Expr{c.Supported}
	if c.Refuted.IsSet() {
		conditions = append(conditions, c.Refuted)
		holds, also, more := c.Refuted.Truth(r)
		refuted, diags = holds, append(diags, more...)
		if missing == "" {
			missing = also
		}
	}
	switch {
	case diags.HasErrors():
		out.Why = mistaken(diags)
	case supported && refuted:
		out.Why = seen("Both of its conditions hold.", r, conditions...)
	case supported:
		out.Verdict, out.Why = Supported, seen("", r, c.Supported)
	case refuted:
		out.Verdict, out.Why = Refuted, seen("", r, c.Refuted)
	case missing != "":
		out.Why = "It can't be told: " + missing + " is null."
	default:
		out.Why = seen("None of its conditions holds.", r, conditions...)
	}
	return out, diags
}

// seen tells what conditions see of the results, behind a lead that may be "".
func seen(lead string, r spec.Results, conditions ...spec.Expr) string {
	var parts []string
	for _, c := range conditions {
		for _, part := range c.Seen(r) {
			if !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
	}
	switch {
	case len(parts) == 0:
		return lead
	case lead != "":
		lead += " "
	}
	return lead + strings.Join(parts, ", ") + "."
}

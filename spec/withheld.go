package spec

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// withhold keeps the texts and numbers of a sensitive variable.
func (m *Module) withhold(val cty.Value) {
	_ = cty.Walk(val, func(_ cty.Path, v cty.Value) (bool, error) { // the function gives no error
		if t := v.Type(); isGiven(v) && (t == cty.String || t == cty.Number) {
			m.secrets = append(m.secrets, newSecret(fmt.Sprint(scalar(v))))
		}
		return true, nil
	})
}

// Secrets gives what is sensitive of all that servers are given: the values of their environments, their keys, and the values of
// sensitive variables that went into these. What a server says may hold any of them.
func (m *Module) Secrets() []Secret {
	var given []Secret
	for _, s := range m.Servers {
		for _, entry := range s.Secrets {
			_, value, _ := strings.Cut(entry.Reveal(), "=")
			given = append(given, newSecret(value))
		}
		if s.OpenAI != nil && s.OpenAI.Key.IsSet() {
			given = append(given, s.OpenAI.Key)
		}
	}
	all := given
	for _, part := range m.secrets {
		for _, whole := range given {
			if strings.Contains(whole.Reveal(), part.Reveal()) {
				all = append(all, part)
				break
			}
		}
	}
	return all
}

package spec

import (
	"encoding/json"
	"unicode/utf8"
)

// A Content is what a file holds. In JSON it is a text; where it is none, an object with its base64.
type Content string

type encoded struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON writes the content, whatever its bytes.
func (c Content) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(c)) {
		return json.Marshal(string(c))
	}
	return json.Marshal(encoded{[]byte(c)})
}

// UnmarshalJSON is the reverse of MarshalJSON.
func (c *Content) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return json.Unmarshal(text, (*string)(c))
	}
	var b encoded
	err := json.Unmarshal(text, &b)
	*c = Content(b.Base64)
	return err
}

package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
)

// errWrong is a value that is JSON, but not what it ought to be.
var errWrong = errors.New("wrong value")

// oneJSON gives the one JSON value of a text; its error is io.ErrUnexpectedEOF for the beginning of one.
func oneJSON(text []byte) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return nil, err
	}
	if !json.Valid(text) {
		return nil, errWrong
	}
	return raw, nil
}

// eachMember gives the members of an object in their order; null has none.
func eachMember(raw []byte, each func(name string, raw []byte) error) error {
	return eachValue(raw, '{', each)
}

func eachElement(raw []byte, each func(raw []byte) error) error {
	return eachValue(raw, '[', func(_ string, raw []byte) error { return each(raw) })
}

func eachValue(raw []byte, bracket json.Delim, each func(name string, raw []byte) error) error {
	if string(raw) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	if token, err := d.Token(); err != nil || token != bracket {
		return errWrong
	}
	for d.More() {
		name := ""
		if bracket == '{' {
			token, err := d.Token()
			if err != nil {
				return err
			}
			name = token.(string)
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if err := each(name, value); err != nil {
			return err
		}
	}
	return nil
}

func setText(to *string, raw []byte) error {
	*to = ""
	if json.Unmarshal(raw, to) != nil {
		return errWrong
	}
	return nil
}

// setInt keeps a number that is there: a later null doesn't take it back.
func setInt(to **int, raw []byte, most int64) error {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	switch {
	case string(raw) == "null":
		return nil
	case err != nil || n < 0 || n > most:
		return errWrong
	}
	*to = new(int(n))
	return nil
}

func setInt64(to **int64, raw []byte) error {
	var n *int
	err := setInt(&n, raw, mostNS)
	if n != nil {
		*to = new(int64(*n))
	}
	return err
}

func setMilliseconds(to **int64, raw []byte) error {
	ms, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case string(raw) == "null":
		return nil
	case err != nil || ms < 0 || ms*1e6 > float64(mostNS) || raw[0] == '"':
		return errWrong
	}
	*to = new(int64(math.Round(ms * 1e6)))
	return nil
}

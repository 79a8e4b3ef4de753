package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// encode writes a record as a JSON object with a field a line: long enough that a call's chunks don't take a line each,
// short enough to be read and compared.
func encode(r Record) ([]byte, error) {
	r.Schema = Schema
	r.StartedAt, r.FinishedAt = r.StartedAt.UTC(), r.FinishedAt.UTC()
	var compact bytes.Buffer
	enc := json.NewEncoder(&compact)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		if _, ok := errors.AsType[*json.UnsupportedValueError](err); ok {
			if field, value, ok := notFinite("", reflect.ValueOf(r)); ok {
				return nil, fmt.Errorf("%s is %v, which JSON does not have: leave it out", field, value)
			}
		}
		return nil, err
	}
	fields, err := split(&compact)
	if err != nil {
		return nil, err
	}
	return join(fields), nil
}

// A field is a member of a JSON object, as it stands in the file.
type field struct {
	name  string
	value json.RawMessage
}

// split reads a JSON object and nothing after it.
func split(r io.Reader) ([]field, error) {
	var fields []field
	dec := json.NewDecoder(r)
	if t, err := dec.Token(); err != nil {
		return nil, err
	} else if t != json.Delim('{') {
		return nil, fmt.Errorf("it is not a JSON object")
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		fields = append(fields, field{name.(string), value})
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the JSON object")
	}
	return fields, nil
}

func join(fields []field) []byte {
	var b bytes.Buffer
	separator := "{\n"
	for _, f := range fields {
		name, _ := json.Marshal(f.name) // a string always can be
		fmt.Fprintf(&b, "%s  %s: %s", separator, name, f.value)
		separator = ",\n"
	}
	b.WriteString("\n}\n")
	return b.Bytes()
}

// supersede changes the state of an encoded record, gives it the attempt that it is kept under, says of one that was altered that it was,
// and leaves every other byte of its fields as it is, those that this version does not know included.
func supersede(data []byte, attempt int, altered bool) ([]byte, error) {
	fields, err := split(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	fields = slices.DeleteFunc(fields, func(f field) bool { return f.name == "altered" })
	for i := range fields {
		switch fields[i].name {
		case "state":
			fields[i].value = json.RawMessage(`"` + Superseded + `"`)
		case "attempt":
			fields[i].value = json.RawMessage(strconv.Itoa(attempt))
		}
	}
	if altered {
		at := slices.IndexFunc(fields, func(f field) bool { return f.name == "state" })
		fields = slices.Insert(fields, at+1, field{"altered", json.RawMessage("true")})
	}
	return join(fields), nil
}

// decode reads what encode wrote. Fields that it does not know are ignored.
func decode(data []byte) (Record, error) {
	var r Record
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	err := dec.Decode(&r)
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = fmt.Errorf("something follows the JSON object")
		}
	}
	if err != nil || r.Schema > Schema {
		if later := laterSchema(data); later != nil { // its fields may have other types by then
			return Record{}, later
		}
	}
	if err != nil {
		return Record{}, err
	}
	if err := checkSchema(r.Schema); err != nil {
		return Record{}, err
	}
	return r, r.check()
}

// A SchemaError says that something was written by a later version of this package.
type SchemaError struct {
	Schema  int
	Version string // of bench, which wrote it; "" where it does not say
}

func (e *SchemaError) Error() string {
	if e.Version == "" {
		return fmt.Sprintf("schema %d was written by a later bench, this one reads up to %d: use the later one", e.Schema, Schema)
	}
	return fmt.Sprintf("schema %d was written by bench %s, this one reads up to %d: use that version or a later one", e.Schema, e.Version, Schema)
}

// laterSchema gives the error where a record has a later schema. No more is taken from it than where the version stands.
func laterSchema(data []byte) error {
	var later struct {
		Schema int             `json:"schema"`
		Tool   json.RawMessage `json:"tool"`
	}
	if json.Unmarshal(data, &later) != nil || later.Schema <= Schema {
		return nil
	}
	var tool struct {
		Version string `json:"version"`
	}
	_ = json.Unmarshal(later.Tool, &tool) // "" where it has another form by then
	return &SchemaError{later.Schema, tool.Version}
}

func checkSchema(schema int) error {
	switch {
	case schema > Schema:
		return &SchemaError{Schema: schema}
	case schema < 1:
		return fmt.Errorf("it has no schema")
	}
	return nil
}

// notFinite finds a float that is NaN or infinite, and names it by the path of its JSON.
func notFinite(path string, v reflect.Value) (string, float64, bool) {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return path, v.Float(), math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return notFinite(path, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if name, f, ok := notFinite(fmt.Sprintf("%s[%d]", path, i), v.Index(i)); ok {
				return name, f, ok
			}
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if name, f, ok := notFinite(fmt.Sprintf("%s.%v", path, k), v.MapIndex(k)); ok {
				return name, f, ok
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if name, f, ok := notFinite(strings.TrimPrefix(path+"."+tag, "."), v.Field(i)); ok {
				return name, f, ok
			}
		}
	}
	return "", 0, false
}

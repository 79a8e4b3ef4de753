package templates

import (
	"encoding/json"
	"reflect"
	"strings"
)

// complete adds to a value decoded from JSON what the encoder of its Go type may leave out: a nil list or map becomes an
// empty one, so that len and range work, and a field left out for being empty comes back as "" or 0, so that it can be
// asked for. A nil pointer stays null: that is a value which could not be had.
func complete(t reflect.Type, v any) any {
	if t.Kind() == reflect.Pointer {
		if v == nil {
			return nil
		}
		return complete(t.Elem(), v)
	}
	switch t.Kind() {
	case reflect.Slice:
		if t == reflect.TypeFor[json.RawMessage]() {
			return object(v) // an object as another package writes it
		}
		items := list(v)
		for i := range items {
			items[i] = complete(t.Elem(), items[i])
		}
		return items
	case reflect.Map:
		fields := object(v)
		for name := range fields {
			fields[name] = complete(t.Elem(), fields[name])
		}
		return fields
	case reflect.Struct:
		if fields, ok := v.(map[string]any); ok { // a type may write itself as something else
			completeFields(t, fields)
		}
	case reflect.String:
		if v == nil {
			return ""
		}
	case reflect.Int, reflect.Int64, reflect.Float64:
		if v == nil {
			return 0
		}
	}
	return v
}

func completeFields(t reflect.Type, fields map[string]any) {
	for i := range t.NumField() {
		field := t.Field(i)
		if !field.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" {
			completeFields(field.Type, fields)
			continue
		}
		fields[name] = complete(field.Type, fields[name])
	}
}

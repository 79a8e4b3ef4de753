package spec

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// TestExample holds that testdata/example, which has every block of the language, decodes, and that each attribute in it lands
// where fields.txt says: a line is the path of the attribute, the Go field from the Module on, and the value there. What an
// attribute has no field for stands behind a dash. testdata/example/rest has what that module leaves out, so that no attribute of
// the language is without a line.
func TestExample(t *testing.T) {
	known := map[string]bool{}
	for _, dir := range []string{"testdata/example", "testdata/example/rest"} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			m, diags := Load([]string{dir}, Options{Version: "0.1.0", Metrics: []string{"throughput", "ttft", "ttft_warm"}})
			if len(diags) > 0 {
				t.Fatal(diags)
			}
			written := writtenIn(m, known)
			told := map[string]bool{}
			for _, line := range fieldLines(t, filepath.Join(dir, "fields.txt")) {
				told[line.path] = true
				if !written[line.path] {
					t.Errorf("fields.txt has %s, and the spec has not", line.path)
				}
				if line.field == "-" {
					continue
				}
				if got, err := fieldOf(m, line.field); err != nil || got != line.value {
					t.Errorf("%s: %s is %s (%v), want %s", line.path, line.field, got, err, line.value)
				}
			}
			for _, path := range slices.Sorted(maps.Keys(written)) {
				if !told[path] {
					t.Errorf("fields.txt does not say where %s lands", path)
				}
			}
		})
	}
	for _, path := range schemaPaths(rootSchema, "") {
		if !known[path] {
			t.Errorf("no example has %s", path)
		}
	}
}

// A fieldLine says where an attribute lands.
type fieldLine struct{ path, field, value string }

func fieldLines(t *testing.T, name string) []fieldLine {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []fieldLine
	for line := range strings.Lines(string(src)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := regexp.MustCompile(`\s{2,}`).Split(line, 3)
		if len(parts) < 3 {
			parts = append(parts, "")
		}
		lines = append(lines, fieldLine{parts[0], parts[1], parts[2]})
	}
	return lines
}

// writtenIn gives the path of every attribute of a module's files, and notes which of the language they are.
func writtenIn(m *Module, known map[string]bool) map[string]bool {
	written := map[string]bool{}
	var walk func(body *hclsyntax.Body, s *schema, path, kind string)
	walk = func(body *hclsyntax.Body, s *schema, path, kind string) {
		for name := range body.Attributes {
			written[join(path, name)] = true
			if _, own := s.attr(name); own {
				known[join(kind, name)] = true
			} else {
				known[join(kind, "*")] = true
			}
		}
		for _, b := range body.Blocks {
			for _, n := range s.blocks {
				if n.name != b.Type {
					continue
				}
				inner, innerKind := n.body, join(kind, n.name)
				if n.kinds != nil {
					inner, innerKind = n.kinds[b.Labels[0]], join(innerKind, b.Labels[0])
				}
				known[innerKind] = true
				walk(b.Body, inner, join(path, append([]string{b.Type}, b.Labels...)...), innerKind)
			}
		}
	}
	for _, f := range m.Files {
		if body, ok := f.Body.(*hclsyntax.Body); ok {
			walk(body, rootSchema, "", "")
		}
	}
	return written
}

// schemaPaths lists every block and attribute of the language.
func schemaPaths(s *schema, path string) []string {
	var all []string
	for _, a := range s.attrs {
		all = append(all, join(path, a.name))
	}
	if s.free != "" {
		all = append(all, join(path, "*"))
	}
	for _, n := range s.blocks {
		bodies := map[string]*schema{join(path, n.name): n.body}
		if n.kinds != nil {
			bodies = map[string]*schema{}
			for kind, body := range n.kinds {
				bodies[join(path, n.name, kind)] = body
			}
		}
		for at, body := range bodies {
			all = append(append(all, at), schemaPaths(body, at)...)
		}
	}
	return all
}

func join(path string, names ...string) string {
	return strings.TrimPrefix(strings.Join(append([]string{path}, names...), "."), ".")
}

var fieldStep = regexp.MustCompile(`\w+|\[[^\]]+\]`)

// fieldOf follows a path as Servers[main].Ready.Timeout from a module on. In brackets stands an index, a key, or the name of the
// element that is meant.
func fieldOf(m *Module, path string) (string, error) {
	v := reflect.ValueOf(m)
	for _, step := range fieldStep.FindAllString(path, -1) {
		v = reflect.Indirect(v)
		if name, ok := strings.CutPrefix(step, "["); ok {
			if v = elementOf(v, strings.TrimSuffix(name, "]")); !v.IsValid() {
				return "", fmt.Errorf("no %s", step)
			}
			continue
		}
		if e, ok := v.Addr().Interface().(*Experiment); ok && step == "Configurations" {
			var all []*Configuration
			for c, diags := range e.Configurations() {
				if diags.HasErrors() {
					return "", diags
				}
				all = append(all, &c)
			}
			v = reflect.ValueOf(&all)
			continue
		}
		if v.Kind() != reflect.Struct || !v.FieldByName(step).IsValid() {
			return "", fmt.Errorf("%s has no field %s", v.Type(), step)
		}
		v = v.FieldByName(step)
	}
	return shown(m, v.Interface()), nil
}

func elementOf(v reflect.Value, name string) reflect.Value {
	if v.Kind() == reflect.Map {
		return v.MapIndex(reflect.ValueOf(name))
	}
	if i, err := strconv.Atoi(name); err == nil && i < v.Len() {
		return v.Index(i)
	}
	for i := range v.Len() {
		if f := reflect.Indirect(v.Index(i)).FieldByName("Name"); f.IsValid() && f.String() == name {
			return v.Index(i)
		}
	}
	return reflect.Value{}
}

// shown writes a value: an expression as its source, a reference as its address.
func shown(m *Module, v any) string {
	switch v := v.(type) {
	case Expr:
		rng := v.Range()
		return strings.Join(strings.Fields(string(rng.SliceBytes(m.Files[rng.Filename].Bytes))), " ")
	case Ref:
		return v.Address()
	case []Ref:
		addresses := make([]string, len(v))
		for i, r := range v {
			addresses[i] = r.Address()
		}
		return strings.Join(addresses, ", ")
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && !r.IsNil() {
		return fmt.Sprint(r.Elem().Interface())
	}
	return fmt.Sprint(v)
}

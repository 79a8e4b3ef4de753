package spec

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

var shortLabels = map[string]string{"num_gpu": "gpu", "num_ctx": "ctx", "temperature": "temp"}

// axisLabel gives the short name of an axis in a configuration's name.
func axisLabel(name, label string) string {
	label = clean(cmp.Or(label, shortLabels[name], name))
	return cmp.Or(strings.TrimLeft(label, "-+"), "axis") // a name that begins with - looks like a flag
}

// clean keeps letters, digits, - and +; what else there is becomes -. The _ is kept for the joints of a name.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '+' {
			return r
		}
		return '-'
	}, s)
}

// encode gives every value of the axis its form in a name. No two share one, not even where letters are taken for the same
// whatever their case: where the plain form is taken, or had to be bent, a piece of the value's hash is added.
func (a *Axis) encode() {
	a.index = make(map[any]cell, len(a.cells))
	a.taken = make(map[string]bool, len(a.cells))
	exact := make([]bool, len(a.cells))
	count := make(map[string]int, len(a.cells))
	for i := range a.cells {
		c := &a.cells[i]
		c.code, exact[i] = c.plainCode()
		exact[i] = exact[i] && len(c.code) <= maxCode
		count[strings.ToLower(c.code)]++
	}
	for i := range a.cells { // first those that need no hash, so that they keep their names whatever stands beside them
		c := &a.cells[i]
		exact[i] = exact[i] && count[strings.ToLower(c.code)] == 1
		if exact[i] {
			a.taken[strings.ToLower(c.code)] = true
		}
	}
	for i := range a.cells {
		if !exact[i] {
			a.hash(&a.cells[i])
		}
		a.index[a.cells[i].plain] = a.cells[i]
	}
}

// hash adds as much of a value's hash to its code as makes it unique.
func (a *Axis) hash(c *cell) {
	sum := sha256Hex(fmt.Sprintf("%T %v", c.plain, c.plain))
	stem := c.code[:min(len(c.code), maxCode)]
	for n := 6; ; n++ {
		c.code = stem + "-" + sum[:n]
		if key := strings.ToLower(c.code); !a.taken[key] || n == len(sum) {
			a.taken[key] = true
			return
		}
	}
}

// cellOf gives the axis' own cell of a value, or makes one for a value that only an include has.
func (a *Axis) cellOf(c cell) cell {
	if known, ok := a.index[c.plain]; ok {
		return known
	}
	exact := false
	c.code, exact = c.plainCode()
	if key := strings.ToLower(c.code); !exact || len(c.code) > maxCode || a.taken[key] {
		a.hash(&c)
	} else {
		a.taken[key] = true
	}
	c.added = true
	a.index[c.plain] = c
	return c
}

// plainCode gives a value's form in a name, and whether the value can be told from it.
func (c *cell) plainCode() (code string, exact bool) {
	switch v := c.plain.(type) {
	case int64:
		return strings.Replace(strconv.FormatInt(v, 10), "-", "m", 1), true
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		return strings.NewReplacer(".", "p", "-", "m").Replace(s), true
	case bool:
		return "-" + strconv.FormatBool(v), true
	}
	name := fmt.Sprint(c.plain)
	if c.value != cty.NilVal {
		if r, ok := asRef(c.value); ok {
			name = joined(r.Name, r.Key)
		}
	}
	kept := clean(name)
	return "-" + kept, kept == name && kept != ""
}

// configurationName joins labels and values: gpu60_ctx256_temp0p6.
func configurationName(axes []*Axis, cells []*cell) string {
	length := len(axes)
	for i, a := range axes {
		length += len(a.Label) + len(cells[i].code)
	}
	var b strings.Builder
	b.Grow(length)
	for i, a := range axes {
		if i > 0 {
			b.WriteByte('_')
		}
		b.WriteString(a.Label)
		b.WriteString(cells[i].code)
	}
	return clip(b.String())
}

// BaselineName gives the name of a baseline's configuration; beside is the configuration that it is paired with, or "".
func BaselineName(name, beside string) string {
	if beside == "" {
		return clip("baseline_" + name)
	}
	return clip("baseline_" + name + "_" + beside)
}

// clip shortens a name that is too long for a folder, and keeps it unique.
func clip(name string) string {
	if len(name) <= maxName {
		return name
	}
	return name[:maxName-17] + "-" + sha256Hex(name)[:16]
}

// NewAxis makes an axis of values that were found in data, in the order given.
func NewAxis(name string, values []any) *Axis {
	a := &Axis{Name: name, Label: axisLabel(name, ""), Values: values}
	for _, v := range values {
		a.cells = append(a.cells, cell{plain: v})
	}
	a.encode()
	return a
}

// NameOf gives the name of the configuration that has these values, one of each axis.
func NameOf(axes []*Axis, values []any) string {
	cells := make([]*cell, len(axes))
	for i, a := range axes {
		c := a.cellOf(cell{plain: values[i]})
		cells[i] = &c
	}
	return configurationName(axes, cells)
}

package templates

import (
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// maxPadding is the width up to which the columns of a table are aligned in the source, in characters: one long cell
// should not draw all the others out.
const maxPadding = 40

// table gives a GitHub table. A heading that ends in a colon makes its column right-aligned; a row may have fewer
// cells than there are columns. Cells are escaped as everything that is printed.
func table(columns any, rows any) (Markdown, error) {
	headings, err := elements(columns)
	if err != nil {
		return "", fmt.Errorf("columns: %w", err)
	}
	body, err := elements(rows)
	if err != nil {
		return "", fmt.Errorf("rows: %w", err)
	}
	grid := newGrid(headings)
	for i, row := range body {
		cells, err := elements(row)
		if err != nil {
			return "", fmt.Errorf("row %d: %w", i+1, err)
		}
		if len(cells) > len(headings) {
			return "", fmt.Errorf("row %d has %d cells for %d columns", i+1, len(cells), len(headings))
		}
		grid.add(cells)
	}
	return grid.markdown(), nil
}

// A grid is a table whose cells are markdown, with the width of each column.
type grid struct {
	rows  [][]string
	right []bool
	width []int
}

func newGrid(headings []any) *grid {
	g := &grid{right: make([]bool, len(headings)), width: make([]int, len(headings))}
	titles := make([]any, len(headings))
	for i, heading := range headings {
		g.width[i] = len("--:")
		text := inline(heading)
		titles[i] = Markdown(strings.TrimSuffix(string(text), ":"))
		g.right[i] = titles[i] != text
	}
	g.add(titles)
	return g
}

func (g *grid) add(cells []any) {
	row := make([]string, len(g.width))
	for i, cell := range cells {
		row[i] = cellText(inline(cell))
		if n := utf8.RuneCountInString(row[i]); n <= maxPadding {
			g.width[i] = max(g.width[i], n)
		}
	}
	g.rows = append(g.rows, row)
}

func (g *grid) markdown() Markdown {
	var b strings.Builder
	for i, row := range g.rows {
		b.WriteString("|")
		for c, cell := range row {
			pad := strings.Repeat(" ", max(0, g.width[c]-utf8.RuneCountInString(cell)))
			if g.right[c] {
				b.WriteString(" " + pad + cell + " |")
			} else {
				b.WriteString(" " + cell + pad + " |")
			}
		}
		b.WriteString("\n")
		if i > 0 {
			continue
		}
		b.WriteString("|")
		for c, width := range g.width {
			rule := strings.Repeat("-", width)
			if g.right[c] {
				rule = rule[1:] + ":"
			}
			b.WriteString(" " + rule + " |")
		}
		b.WriteString("\n")
	}
	return Markdown(strings.TrimSuffix(b.String(), "\n"))
}

// cellText puts markdown on one line, and escapes each pipe that is not escaped yet.
func cellText(m Markdown) string {
	var b strings.Builder
	escaped := false
	for _, r := range string(oneline(m)) {
		if r == '|' && !escaped {
			b.WriteRune('\\')
		}
		escaped = r == '\\' && !escaped
		b.WriteRune(r)
	}
	if escaped { // it would take the cell's own border for text
		b.WriteRune('\\')
	}
	return b.String()
}

// elements gives the elements of a list of any type; null is an empty one.
func elements(v any) ([]any, error) {
	if v == nil {
		return nil, nil
	}
	if items, ok := v.([]any); ok {
		return items, nil
	}
	value := reflect.ValueOf(v)
	if value.Kind() != reflect.Slice && value.Kind() != reflect.Array {
		return nil, fmt.Errorf("want a list, got %s", kindOf(v))
	}
	items := make([]any, value.Len())
	for i := range items {
		items[i] = value.Index(i).Interface()
	}
	return items, nil
}

// kindOf names the kind of a value in the words of a template's author.
func kindOf(v any) string {
	switch reflect.ValueOf(v).Kind() {
	case reflect.Invalid:
		return "null"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "a bool"
	case reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "a number"
}

package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// decodeFile gives a file as an expression sees it.
func decodeFile(content []byte, format string) (cty.Value, error) {
	content = bytes.TrimPrefix(content, []byte("\uFEFF")) // some programs mark UTF-8
	if !utf8.Valid(content) {
		return cty.NilVal, errors.New("not a text in UTF-8; convert the file")
	}
	switch format {
	case "csv":
		return decodeCSV(content)
	case "jsonl":
		return decodeLines(content)
	}
	return decodeJSON(content)
}

func decodeJSON(content []byte) (cty.Value, error) {
	t, err := ctyjson.ImpliedType(content)
	if err != nil {
		return cty.NilVal, fmt.Errorf("not valid JSON: %w", err)
	}
	return ctyjson.Unmarshal(content, t)
}

func decodeLines(content []byte) (cty.Value, error) {
	var rows []cty.Value
	n := 0
	for line := range bytes.Lines(content) {
		n++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		row, err := decodeJSON(line)
		if err != nil {
			return cty.NilVal, fmt.Errorf("line %d: %w", n, err)
		}
		rows = append(rows, row)
	}
	return cty.TupleVal(rows), nil
}

// decodeCSV gives an object of texts for each line below the head.
func decodeCSV(content []byte) (cty.Value, error) {
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return cty.NilVal, fmt.Errorf("not valid CSV: %w", err)
	}
	if len(records) == 0 {
		return cty.EmptyTupleVal, nil
	}
	var rows []cty.Value
	for _, fields := range records[1:] {
		row := map[string]cty.Value{}
		for i, column := range records[0] {
			if _, twice := row[column]; twice {
				return cty.NilVal, fmt.Errorf("two columns are called %q", column)
			}
			row[column] = cty.StringVal(fields[i])
		}
		rows = append(rows, cty.ObjectVal(row))
	}
	return cty.TupleVal(rows), nil
}

package journal

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The columns of a table, in order. Those of the factors stand between the two halves.
var (
	columnsOfRun   = []string{"experiment", "configuration", "arm", "repeat", "member", "step"}
	columnsOfCalls = []string{
		"started_at", "ttft_ns", "ttft_warm_ns", "load_ns", "prompt_eval_ns", "eval_ns", "e2e_ns", "prompt_tokens", "output_tokens",
		"throughput", "throughput_client", "itl_p50_ns", "itl_p99_ns", "cpu_ns", "peak_rss_bytes", "error",
	}
)

// tabulate derives the table of a record: a row a call. What could not be had is an empty cell. cpu_ns and peak_rss_bytes
// are those of the agent and stand in each of its rows, as the factors do.
func tabulate(r Record) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	names := append([]string{}, columnsOfRun...)
	for _, f := range r.Factors {
		names = append(names, text(f.Name))
	}
	rows := [][]string{append(names, columnsOfCalls...)}
	members := r.Members
	if len(members) == 0 {
		members = []Member{{Outcome: r.Outcome, CallMetrics: r.CallMetrics}}
	}
	for _, m := range members {
		for i := range m.Outcome.Calls {
			row, err := callRow(r, m, i)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}

// callRow gives the row of a call that a member made, or the only agent, which has no name.
func callRow(r Record, m Member, i int) ([]string, error) {
	call := m.Outcome.Calls[i]
	row := []string{text(r.Experiment), text(r.Configuration), text(r.Arm), strconv.Itoa(r.Repeat), text(m.Name), text(call.Step)}
	for _, f := range r.Factors {
		cell, err := level(f.Value)
		if err != nil {
			return nil, fmt.Errorf("factor %s: %w", f.Name, err)
		}
		row = append(row, cell)
	}
	for _, column := range columnsOfCalls {
		cell := ""
		switch column {
		case "started_at":
			cell = call.StartedAt.UTC().Format(time.RFC3339Nano)
		case "cpu_ns":
			cell = strconv.FormatInt(m.Outcome.Resources.CPUNS, 10)
		case "peak_rss_bytes":
			cell = strconv.FormatInt(m.Outcome.Resources.PeakRSSBytes, 10)
		case "error":
			if call.Error != nil {
				cell = text(call.Error.Error())
			}
		default:
			if i < len(m.CallMetrics) {
				if v, ok := m.CallMetrics[i][strings.TrimSuffix(column, "_ns")]; ok {
					cell = strconv.FormatFloat(v, 'f', -1, 64)
				}
			}
		}
		row = append(row, cell)
	}
	return row, nil
}

// level prints the level of a factor: a string as it is, anything else as JSON.
func level(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return text(v), nil
	}
	data, err := json.Marshal(v)
	return string(data), err
}

// text keeps a spreadsheet from taking words for a formula (CWE-1236), by the apostrophe that makes them text there.
// Numbers are left alone, so a negative one stays a number. The record has the words as they are.
func text(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

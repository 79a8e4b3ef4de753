package load

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"
)

// The limits of a trace.
const (
	maxTraceLine  = 1 << 20    // bytes
	maxTraceTimes = 50_000_000 // 8 bytes each
)

// A traceUnit is what a number of a trace counts.
type traceUnit int64

const (
	seconds      traceUnit = 1e9
	milliseconds traceUnit = 1e6
)

// ReadTrace reads send times. The first one is the start, and becomes 0. The form shows in the first line:
//
//	12.5                                  a time a line, decimal seconds or RFC 3339; # begins a comment
//	TIMESTAMP,ContextTokens,…             CSV with a header (Azure's traces): decimal seconds or a date
//	{"timestamp": 12500, …}               JSON lines (Mooncake's traces): a number is in milliseconds, a string is a date
//
// A column or field may also be called timestamp_s or timestamp_ms, which says what a number is in. Case does not matter. A date
// without a zone is in UTC. Errors name the line; times that go backwards are one.
func ReadTrace(r io.Reader) ([]time.Duration, error) {
	lines := bufio.NewReaderSize(r, 64<<10)
	first, err := lines.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("reading the trace: %w", err)
	}
	t := &trace{}
	switch head := firstLine(first); {
	case strings.HasPrefix(head, "{"):
		err = t.readJSON(lines)
	case slices.ContainsFunc(strings.Split(head, ","), isTimestamp):
		err = t.readCSV(lines)
	default:
		err = t.readPlain(lines)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("the trace: %w", err)
	case len(t.times) == 0:
		return nil, fmt.Errorf("the trace holds no times")
	}
	return t.times, nil
}

func firstLine(head []byte) string {
	text := strings.TrimLeft(strings.TrimPrefix(string(head), "\uFEFF"), "\r\n\t ")
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// timestampUnits are the names of a column of times, in lower case, and what a number in it is in; 0 is left to the form.
var timestampUnits = map[string]traceUnit{"timestamp": 0, "timestamp_s": seconds, "timestamp_ms": milliseconds}

func isTimestamp(name string) bool {
	_, known := timestampUnits[columnName(name)]
	return known
}

func columnName(name string) string {
	return strings.ToLower(strings.Trim(strings.TrimPrefix(name, "\uFEFF"), "\" \t\r"))
}

// A trace is one that is read.
type trace struct {
	times []time.Duration
	first int64 // ns since 1970, or since whatever the file counts from
}

func (t *trace) add(ns int64) error {
	if len(t.times) == 0 {
		t.first = ns
	}
	at := time.Duration(ns - t.first)
	switch n := len(t.times); {
	case n > 0 && at < t.times[n-1]:
		return fmt.Errorf("the time lies before the one above it: sort the file by time")
	case n == maxTraceTimes:
		return fmt.Errorf("more than %d times", maxTraceTimes)
	}
	t.times = append(t.times, at)
	return nil
}

func (t *trace) addText(text string, unit traceUnit) error {
	ns, err := parseTime(text, unit)
	if err != nil {
		return err
	}
	return t.add(ns)
}

func (t *trace) readPlain(r io.Reader) error {
	return eachLine(r, func(line string) error {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			return nil
		}
		return t.addText(line, seconds)
	})
}

func (t *trace) readCSV(r io.Reader) error {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		return err
	}
	column := slices.IndexFunc(header, isTimestamp)
	unit := timestampUnits[columnName(header[column])]
	if unit == 0 {
		unit = seconds
	}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err // it names the line
		}
		if err := t.addText(row[column], unit); err != nil {
			line, _ := rows.FieldPos(column)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

func (t *trace) readJSON(r io.Reader) error {
	return eachLine(r, func(line string) error {
		if strings.TrimSpace(line) == "" {
			return nil
		}
		var row map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			return fmt.Errorf("no JSON object: %w", err)
		}
		for name, raw := range row {
			if !isTimestamp(name) {
				continue
			}
			unit := timestampUnits[columnName(name)]
			if unit == 0 {
				unit = milliseconds
			}
			return t.addText(strings.Trim(string(raw), `"`), unit)
		}
		return fmt.Errorf("there is no field \"timestamp\"")
	})
}

// eachLine gives lines without their endings, and puts the line's number before an error.
func eachLine(r io.Reader, do func(line string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxTraceLine)
	n := 0
	for lines.Scan() {
		n++
		if err := do(strings.TrimPrefix(lines.Text(), "\uFEFF")); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d: longer than %d bytes", n+1, maxTraceLine)
	}
	return lines.Err()
}

// dateForms are those of times that are no numbers.
var dateForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07:00"}

// parseTime gives ns. A decimal is exact: as a float, a time since 1970 would be rounded to a fraction of a microsecond.
func parseTime(text string, unit traceUnit) (int64, error) {
	text = strings.TrimSpace(text)
	if text != "" && len(text) <= 40 && strings.Trim(text, "+-.0123456789") == "" {
		if n, ok := new(big.Rat).SetString(text); ok {
			n.Mul(n, new(big.Rat).SetInt64(int64(unit)))
			ns := new(big.Int).Quo(n.Num(), n.Denom())
			if !ns.IsInt64() || ns.BitLen() > 62 { // so that a difference of two fits as well
				return 0, fmt.Errorf("the time %s is too large", text)
			}
			return ns.Int64(), nil
		}
	}
	for _, form := range dateForms {
		if at, err := time.Parse(form, text); err == nil {
			return at.UnixNano(), nil
		}
	}
	return 0, fmt.Errorf("%.40q is no time: write decimal seconds, or a date as 2026-01-31T12:00:00.5Z", text)
}

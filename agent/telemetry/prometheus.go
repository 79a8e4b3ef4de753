package telemetry

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A metricKind is what the difference of a sample means.
type metricKind int

const (
	gauge   metricKind = iota // has a value before and one after; so has what is of no declared type
	counter                   // grows; the count and the sum of a histogram or a summary are counters too
	detail                    // a bucket, a quantile, the time at which a counter was made: not kept
)

// A metricSample is one line of a page of metrics.
type metricSample struct {
	kind  metricKind
	value float64
}

// seriesLimit bounds how many series of one page are kept in memory.
const seriesLimit = 20_000

// parseMetrics reads Prometheus' text format (version 0.0.4), and OpenMetrics 1.0, which differs in the
// names of counters' types, exemplars and the mark at the end. It gives the samples by their series, the
// name with the labels in order: name{a="b",c="d"}. The first line that is not of the format is an error.
func parseMetrics(page []byte, hosts hostNumbers) (map[string]metricSample, error) {
	types, samples := map[string]string{}, map[string]metricSample{}
	number := 0
	for raw := range bytes.Lines(page) {
		number++
		line := strings.Trim(string(raw), " \t\r\n")
		switch {
		case line == "# EOF":
			return samples, nil
		case strings.HasPrefix(line, "#"):
			if fields := strings.Fields(line); len(fields) == 4 && fields[1] == "TYPE" {
				types[fields[2]] = fields[3]
			}
			continue
		case line == "":
			continue
		}
		name, labels, value, err := parseSample(line)
		if err != nil {
			return nil, fmt.Errorf("line %d of the metrics: %w", number, err)
		}
		kind := kindOf(name, types)
		if kind == detail {
			continue
		}
		if len(samples) == seriesLimit {
			return nil, fmt.Errorf("the metrics have over %d series", seriesLimit)
		}
		samples[seriesName(name, hosts.hide(labels))] = metricSample{kind, value}
	}
	return samples, nil
}

// kindOf finds the type by the name of the family, of which a sample's name can be an extension.
func kindOf(name string, types map[string]string) metricKind {
	if strings.HasSuffix(name, "_created") {
		return detail
	}
	for _, suffix := range []string{"_total", "_sum", "_count", "_bucket", ""} {
		family, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		switch kind := types[family]; {
		case kind == "counter" && (suffix == "_total" || suffix == ""):
			return counter
		case kind == "histogram" || kind == "summary":
			if suffix == "_sum" || suffix == "_count" {
				return counter
			}
			return detail
		}
	}
	return gauge
}

// A label is one name and value of a series.
type label struct{ name, value string }

// parseSample reads a line: name{label="value",…} value [timestamp] [# exemplar].
func parseSample(line string) (name string, labels []label, value float64, err error) {
	end := strings.IndexAny(line, "{ \t")
	if end < 0 {
		return "", nil, 0, fmt.Errorf("no value in %.60q", line)
	}
	name, rest := line[:end], line[end:]
	if !isName(name) {
		return "", nil, 0, fmt.Errorf("%.60q is not a name", name)
	}
	if rest[0] == '{' {
		if labels, rest, err = parseLabels(rest[1:]); err != nil {
			return "", nil, 0, fmt.Errorf("labels of %.60q: %w", name, err)
		}
	}
	rest, _, _ = strings.Cut(rest, " # ") // an exemplar
	fields := strings.Fields(rest)
	if len(fields) != 1 && len(fields) != 2 {
		return "", nil, 0, fmt.Errorf("%.60q has no single value", name)
	}
	if value, err = strconv.ParseFloat(fields[0], 64); err != nil || strings.ContainsAny(fields[0], "_xX") {
		return "", nil, 0, fmt.Errorf("%.60q: %.40q is not a number", name, fields[0])
	}
	if len(fields) == 2 {
		if _, err := strconv.ParseFloat(fields[1], 64); err != nil {
			return "", nil, 0, fmt.Errorf("%.60q: %.40q is not a time", name, fields[1])
		}
	}
	return name, labels, value, nil
}

// parseLabels reads from behind the opening brace, and gives what follows the closing one.
func parseLabels(s string) (labels []label, rest string, err error) {
	for {
		s = strings.TrimLeft(s, " \t,")
		if after, closed := strings.CutPrefix(s, "}"); closed {
			return labels, after, nil
		}
		name, after, found := strings.Cut(s, "=")
		name, after = strings.TrimSpace(name), strings.TrimLeft(after, " \t")
		if !found || !isName(name) || !strings.HasPrefix(after, `"`) {
			return nil, "", fmt.Errorf("no name and quoted value at %.40q", s)
		}
		value, length, err := unquote(after[1:])
		if err != nil {
			return nil, "", err
		}
		labels = append(labels, label{name, value})
		s = after[1+length:]
		if trimmed := strings.TrimLeft(s, " \t"); trimmed == "" || trimmed[0] != ',' && trimmed[0] != '}' {
			return nil, "", fmt.Errorf("neither a comma nor a brace at %.40q", s)
		}
	}
}

// unquote reads up to the closing quote, and gives how long that was with it. The format knows three
// escapes, where Go's has many more.
func unquote(s string) (value string, length int, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1, nil
		case '\\':
			i++
			if i == len(s) {
				break
			}
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case '\\', '"':
				b.WriteByte(s[i])
			default:
				b.WriteString(s[i-1 : i+1])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, fmt.Errorf("no closing quote in %.40q", s)
}

func isName(s string) bool {
	for i, c := range s {
		letter := c == '_' || c == ':' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func seriesName(name string, labels []label) string {
	if len(labels) == 0 {
		return name
	}
	slices.SortStableFunc(labels, func(a, b label) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	b.WriteString(name)
	for i, l := range labels {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(l.name)
		b.WriteByte('=')
		b.WriteString(strconv.Quote(l.value))
	}
	b.WriteByte('}')
	return b.String()
}

// hostLabels are the labels that name a machine, a user or an address.
var hostLabels = []string{"address", "host", "hostname", "instance", "ip", "node", "nodename", "pod", "user", "username"}

// hostNumbers gives what such a label names a number, so that a record can be published.
type hostNumbers map[string]int

func (h hostNumbers) hide(labels []label) []label {
	for i, l := range labels {
		if !slices.Contains(hostLabels, strings.ToLower(l.name)) {
			continue
		}
		if h[l.value] == 0 {
			h[l.value] = len(h) + 1
		}
		labels[i].value = strconv.Itoa(h[l.value])
	}
	return labels
}

package load

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadTrace(t *testing.T) {
	want := []time.Duration{0, 250 * time.Millisecond, 250 * time.Millisecond, 1500 * time.Millisecond}
	for name, text := range map[string]string{
		"seconds":              "10\n10.25\n10.250\n11.5\n",
		"since 1970":           "1700000000.000000001\n1700000000.250000001\n1700000000.250000001\n1700000001.500000001",
		"comments and CRLF":    "# of Tuesday\r\n\r\n0 # first\r\n.25\r\n0.25\r\n1.5\r\n",
		"dates":                "2023-11-16T18:15:46Z\n2023-11-16T18:15:46.25Z\n2023-11-16T19:15:46.25+01:00\n2023-11-16 18:15:47.5\n",
		"Azure":                "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.0000000,374,44\n2023-11-16 18:15:46.2500000,396,109\n2023-11-16 18:15:46.2500000,1,1\n2023-11-16 18:15:47.5,2,2\n",
		"CSV of numbers":       "id,timestamp\na,3\n\"b\nb\",3.25\nc,3.25\nd,4.5\n",
		"CSV in ms, with mark": "\uFEFFtimestamp_ms\n3000\n3250\n3250\n4500\n",
		"Mooncake":             "{\"timestamp\": 3000, \"input_length\": 6758, \"hash_ids\": [1]}\n{\"timestamp\":3250}\n\n{\"timestamp\":3250}\n{\"timestamp\":4500}",
		"JSON lines, dates":    "{\"Timestamp\":\"2023-11-16T18:15:46Z\"}\n{\"timestamp\":\"2023-11-16T18:15:46.25Z\"}\n{\"timestamp\":\"2023-11-16T18:15:46.25Z\"}\n{\"timestamp\":\"2023-11-16T18:15:47.5Z\"}",
		"JSON lines, seconds":  "{\"timestamp_s\":3}\n{\"timestamp_s\":3.25}\n{\"timestamp_s\":3.25}\n{\"timestamp_s\":4.5}",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ReadTrace(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadTraceErrors(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"empty":               {"# nothing\n\n", "holds no times"},
		"no bytes":            {"", "holds no times"},
		"word":                {"1\n2\nthree\n", `line 3: "three" is no time`},
		"fraction":            {"1/3\n", "line 1:"},
		"exponent":            {"1e999999999\n", "line 1:"},
		"NaN":                 {"NaN\n", "line 1:"},
		"too large":           {"99999999999999999999\n", "line 1: the time 99999999999999999999 is too large"},
		"backwards":           {"1\n\n3\n2\n", "line 4: the time lies before the one above it"},
		"CSV":                 {"timestamp,x\n1,2\nx,2\n", "line 3:"},
		"CSV, ragged":         {"timestamp,x\n1,2\n1\n", "line 3"},
		"CSV, after a quoted": {"x,timestamp\n\"a\nb\",1\n\"a\nb\",\n", "line 5:"},
		"JSON, no field":      {"{\"timestamp\":1}\n{\"time\":1}\n", `line 2: there is no field "timestamp"`},
		"JSON, broken":        {"{\"timestamp\":1}\n{\"timestamp\":\n", "line 2: no JSON object"},
		"JSON, null":          {"{\"timestamp\":null}\n", "line 1:"},
		"a line without end":  {"1\n" + strings.Repeat("1", maxTraceLine+1), "line 2: longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := ReadTrace(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, %v, want %q", got, err, test.want)
			}
		})
	}
}

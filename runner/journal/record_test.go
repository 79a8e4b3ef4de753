package journal

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bench/agent"
)

// The golden file is the schema: a change of it is a change of what others read.
func TestRecordGolden(t *testing.T) {
	r := sample()
	data, err := encode(r)
	must(t, err)
	golden(t, "run_1.json", data)
	back, err := decode(data)
	must(t, err)
	if d := cmp.Diff(r, back); d != "" {
		t.Errorf("a record is not what was written (-written +read):\n%s", d)
	}
	again, err := encode(back)
	must(t, err)
	if string(again) != string(data) {
		t.Errorf("a record that is read and written again differs:\n%s", again)
	}
	table, err := tabulate(r)
	must(t, err)
	golden(t, "run_1.csv", table)
}

// A new field must be given a value in the sample, and so a line in the golden file.
func TestSampleIsFull(t *testing.T) {
	v := reflect.ValueOf(sample())
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "Warmup", "Error", "Altered": // a counted run has none of these
		case "Members", "StartSkewNS", "Solo": // these are of members; together has the first two
		default:
			if v.Field(i).IsZero() {
				t.Errorf("sample has no %s", name)
			}
		}
	}
}

func TestTableHasTheColumnsOfItsRows(t *testing.T) {
	table, err := tabulate(sample())
	must(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(table))).ReadAll() // refuses rows of another length
	must(t, err)
	if len(rows) != 3 {
		t.Fatalf("%d rows, want a header and 2 calls", len(rows))
	}
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, want := range map[string]string{
		"num_gpu": "60", "temperature": "0.6", "style": "'-terse", "ttft_ns": "3794000000", "ttft_warm_ns": "", "itl_p50_ns": "10083333.5", "output_tokens": "3",
	} {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
}

func TestSpreadsheetFormula(t *testing.T) {
	for in, want := range map[string]string{"": "", "a=b": "a=b", "=1+1": "'=1+1", "+1": "'+1", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1"} {
		if got := text(in); got != want {
			t.Errorf("text(%q) = %q, want %q", in, got, want)
		}
	}
	if got, err := level(-1.5); err != nil || got != "-1.5" {
		t.Errorf("a negative number is printed as %q, %v", got, err)
	}
}

func TestNotFinite(t *testing.T) {
	for want, plant := range map[string]func(*Record){
		"metrics.throughput is NaN":       func(r *Record) { r.Metrics["throughput"] = math.NaN() },
		"call_metrics[1].ttft is +Inf":    func(r *Record) { r.CallMetrics[1]["ttft"] = math.Inf(1) },
		"outcome.scores.recall is -Inf":   func(r *Record) { r.Outcome.Scores["recall"] = math.Inf(-1) },
		"options.stop[0] is NaN":          func(r *Record) { r.Options["stop"] = []any{math.NaN()} },
		"factors[0].value is +Inf":        func(r *Record) { r.Factors[0].Value = math.Inf(1) },
		"its environment is not JSON":     func(r *Record) { r.Environment = []byte(`{"load":NaN}`) },
		"metrics of 1 calls, and 2 calls": func(r *Record) { r.CallMetrics = r.CallMetrics[:1] },
	} {
		r := sample()
		plant(&r)
		err := r.check()
		if err == nil {
			_, err = encode(r)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for name, change := range map[string]func(*Record){
		"no address":         func(r *Record) { r.Address = "" },
		"attempt 0":          func(r *Record) { r.Attempt = 0 },
		"repeat 0":           func(r *Record) { r.Repeat = 0 },
		"lost":               func(r *Record) { r.State = Lost },
		"unknown state":      func(r *Record) { r.State = "done" },
		"warm-up counted":    func(r *Record) { r.Warmup = true },
		"run as warm-up":     func(r *Record) { r.State = Warmup },
		"counted with error": func(r *Record) { r.Error = &agent.Error{Class: agent.Timeout} },
		"no outcome":         func(r *Record) { r.Outcome, r.CallMetrics = nil, nil },
	} {
		r := sample()
		change(&r)
		if r.check() == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestPlaceNames(t *testing.T) {
	for _, bad := range []string{
		"", ".", "..", ".hidden", "a/b", `a\b`, "a\x00b", "a..b", "../x", "journal.jsonl", "journal.jsonl.bad-1", "a\nb", "\xff", strings.Repeat("x", 121),
	} {
		if (Place{Configuration: bad, Repeat: 1}).check() == nil {
			t.Errorf("configuration %q: not refused", bad)
		}
	}
	for _, good := range []string{"all", "gpu60_ctx256_temp0p6", "baseline_default", "ünïcode", "a b", strings.Repeat("x", 120)} {
		must(t, (Place{Configuration: good, Repeat: 1}).check())
	}
	for _, p := range []Place{run1, run2, warmup1} {
		if got, ok := parseName(p.Configuration, p.Name()); !ok || got != p {
			t.Errorf("parseName(%s) = %v, %t", p.Name(), got, ok)
		}
	}
	for _, bad := range []string{"", "run", "run_", "run_0", "run_01", "run_-1", "run_+1", "run_1x", "warm_1", "Run_1", "run_1.2"} {
		if p, ok := parseName("c", bad); ok {
			t.Errorf("parseName(%q) = %v", bad, p)
		}
	}
	if e, ok := parseEvidence("c", "warmup_3.12.log"); !ok || e != (evidence{Place{"c", true, 3}, 12, ".log"}) {
		t.Errorf("parseEvidence = %v, %t", e, ok)
	}
	for _, bad := range []string{"run_1.json", "run_1.0.json", "run_1.02.json", "run_1.2.json.tmp", "x.1.json"} {
		if e, ok := parseEvidence("c", bad); ok {
			t.Errorf("parseEvidence(%q) = %v", bad, e)
		}
	}
}

// Whatever is wrong with a record, each way of reading says so, and names the file.
func TestBrokenRecord(t *testing.T) {
	whole, err := encode(sample())
	must(t, err)
	edit := func(from, to string) string { return strings.Replace(string(whole), from, to, 1) }
	for name, tt := range map[string]struct {
		path, data, want string
		headOnly         bool // what lies behind the head is not looked at by Index
	}{
		"cut":             {path: "gpu60/run_1.json", data: string(whole[:len(whole)-20]), want: "unexpected EOF"},
		"empty":           {path: "gpu60/run_1.json", data: "", want: "EOF"},
		"no object":       {path: "gpu60/run_1.json", data: "[]\n", want: "no whole record"},
		"later schema":    {path: "gpu60/run_1.json", data: edit(`"schema": 1`, `"schema": 2`), want: "or a later one"},
		"later types":     {path: "gpu60/run_1.json", data: edit(`"schema": 1`, `"schema": 2, "order": {}`), want: "or a later one"},
		"no schema":       {path: "gpu60/run_1.json", data: edit(`"schema": 1,`, ``), want: "no schema"},
		"copied run":      {path: "gpu60/run_2.json", data: string(whole), want: "gpu60/run_1"},
		"copied folder":   {path: "gpu80/run_1.json", data: string(whole), want: "gpu60/run_1"},
		"not counted":     {path: "gpu60/run_1.json", data: edit(`"counted"`, `"failed"`), want: "failed"},
		"broken behind":   {path: "gpu60/run_1.json", data: edit(`"seed": 7`, `"seed": x`), want: "invalid character", headOnly: true},
		"something after": {path: "gpu60/run_1.json", data: string(whole) + "{}", want: "follows", headOnly: true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, tt.path)
			must(t, os.MkdirAll(filepath.Dir(path), 0o777))
			must(t, os.WriteFile(path, []byte(tt.data), 0o666))
			_, loaded := Load(dir)
			x, err := ReadIndex(dir)
			must(t, err)
			place, _ := parseName(filepath.Base(filepath.Dir(path)), strings.TrimSuffix(filepath.Base(path), ".json"))
			_, _, indexed := x.Entry(place, sample().Address)
			if tt.headOnly {
				indexed = loaded
			}
			for _, err := range []error{loaded, indexed} {
				broken, ok := errors.AsType[*RecordError](err)
				if !ok || broken.Path != path || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want one of %s with %q", err, path, tt.want)
				}
			}
		})
	}
}

func TestUnknownFieldIsIgnoredAndSurvives(t *testing.T) {
	data, err := encode(sample())
	must(t, err)
	data = []byte(strings.Replace(string(data), `"schema": 1,`, `"schema": 1, "novel": {"a": 1.50},`, 1))
	r, err := decode(data)
	must(t, err)
	if d := cmp.Diff(sample(), r); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if data, err = supersede(data, 2, false); err != nil || !strings.Contains(string(data), `"novel": {"a": 1.50}`) || !strings.Contains(string(data), `"state": "superseded"`) {
		t.Errorf("superseded: %v\n%s", err, data)
	}
}

// What can be read can be written, and then reads the same, its head too.
func FuzzDecode(f *testing.F) {
	data, err := encode(Record{
		Address: "a", Configuration: "c", Repeat: 1, Attempt: 1, State: Counted, Hash: "h", Factors: []Factor{{"n", 1.5}}, Outcome: &agent.Outcome{},
	})
	must(f, err)
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = decodeHead(bytes.NewReader(data))
		r, err := decode(data)
		if err != nil {
			return
		}
		once, err := encode(r)
		if err != nil {
			return // a year that UTC puts out of RFC 3339
		}
		back, err := decode(once)
		if err != nil {
			t.Fatalf("%v in %s", err, once)
		}
		if twice, err := encode(back); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%v; once %s, twice %s", err, once, twice)
		}
		h, err := decodeHead(bytes.NewReader(once))
		if err != nil || h.Address != r.Address || h.Hash != r.Hash || h.Attempt != r.Attempt || h.State != r.State || !reflect.DeepEqual(h.Process, r.Process) {
			t.Errorf("head %+v, %v of %s", h, err, once)
		}
	})
}

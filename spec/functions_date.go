package spec

import (
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

var dateFunctions = []builtin{
	{name: "formatdate", doc: "Writes an RFC 3339 time in another form.", example: `formatdate("DD MMM YYYY, hh:mm", "2025-11-10T14:05:00Z")`, result: `"10 Nov 2025, 14:05"`, function: stdlib.FormatDateFunc},
	{name: "timeadd", doc: "Adds a duration to an RFC 3339 time.", example: `timeadd("2025-11-10T14:05:00Z", "90m")`, result: `"2025-11-10T15:35:00Z"`, function: stdlib.TimeAddFunc},
	{name: "timecmp", doc: "Compares two RFC 3339 times: -1, 0 or 1.", example: `timecmp("2025-11-10T14:00:00Z", "2025-11-10T14:00:00-01:00")`, result: `-1`, function: timeCompareFunc},
}

var timeCompareFunc = makeFunc(cty.Number, func(args []string) (cty.Value, error) {
	var times [2]time.Time
	for i := range times {
		t, err := time.Parse(time.RFC3339, args[i])
		if err != nil {
			return cty.NilVal, function.NewArgErrorf(i, `this is not a time as RFC 3339 writes it, "2025-11-10T14:05:00Z"`)
		}
		times[i] = t
	}
	return cty.NumberIntVal(int64(times[0].Compare(times[1]))), nil
}, "timestamp_a", "timestamp_b")

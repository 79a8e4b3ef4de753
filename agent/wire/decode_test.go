package wire

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A decodeTest plays reads of one body; the i-th read is stamped i.
type decodeTest struct {
	name   string
	reads  []string
	want   Stream // for texts of a MiB without stamps: they depend on how much a read takes
	is     error
	saying string // a part of the error
}

func testDecode(t *testing.T, p Protocol, tests []decodeTest) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := p.Decode(record(t, test.reads...))
			if !errors.Is(err, test.is) || (err == nil) != (test.is == nil) {
				t.Fatalf("error %v, want %v", err, test.is)
			}
			if err != nil && !strings.Contains(err.Error(), test.saying) {
				t.Errorf("error %q does not say %q", err, test.saying)
			}
			if len(test.want.Response) >= 1<<20 {
				got.Chunks, got.FirstNS = nil, nil
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

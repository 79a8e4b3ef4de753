package spec_test

import "testing"

func TestReads(t *testing.T) {
	m := load(t, sweep(`
  matrix {
    num_ctx = [256]
  }

  options = { a = file("a.txt"), b = length(fileset("list/*")), c = matrix.num_ctx }`), map[string]string{"a.txt": "abc", "list/x": "1", "other": "2"})
	configurations(t, m)
	reads := m.Reads()
	if reads["a.txt"] != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Errorf("%v", reads)
	}
	if digest, listed := reads["list/x"]; !listed || digest != "" {
		t.Errorf("%v", reads)
	}
	if _, read := reads["other"]; read {
		t.Errorf("%v", reads)
	}
}

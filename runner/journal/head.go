package journal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// A head is the first fields of a record.
type head struct {
	Schema        int
	Address       string
	Configuration string
	Repeat        int
	Warmup        bool
	Attempt       int
	State         State
	Hash          string
	Identity      map[string]string
	Process       Process
	Altered       bool // by the seal; it is not read
}

// readHead reads a record as far as its head, and looks at its end, so that one that was cut is noticed.
func readHead(path string) (head, error) {
	f, err := openRegular(path)
	if err != nil {
		return head{}, notRead(path, err)
	}
	defer f.Close()
	return headIn(f)
}

// headIn does it in a file that is open.
func headIn(f *os.File) (head, error) {
	path := f.Name()
	h, err := decodeHead(f)
	if _, later := errors.AsType[*SchemaError](err); later {
		if data, readErr := os.ReadFile(path); readErr == nil {
			err = cmp.Or(laterSchema(data), err)
		}
	}
	if err == nil {
		err = whole(f)
	}
	if err == nil {
		err = belongs(path, Place{h.Configuration, h.Warmup, h.Repeat}, h.Attempt, h.State)
	}
	if err != nil {
		return head{}, broken(path, err)
	}
	return h, nil
}

func decodeHead(r io.Reader) (head, error) {
	var h head
	dec := json.NewDecoder(r)
	if t, err := dec.Token(); err != nil {
		return h, err
	} else if t != json.Delim('{') {
		return h, fmt.Errorf("it is not a JSON object")
	}
	want := map[string]any{
		"schema": &h.Schema, "address": &h.Address, "configuration": &h.Configuration, "repeat": &h.Repeat, "warmup": &h.Warmup,
		"attempt": &h.Attempt, "state": &h.State, "hash": &h.Hash, "identity": &h.Identity, "process": &h.Process,
	}
	for len(want) > 0 && dec.More() {
		name, err := dec.Token()
		if err != nil {
			return h, err
		}
		value, ok := want[name.(string)]
		if !ok {
			value = new(json.RawMessage)
		}
		if err := dec.Decode(value); err != nil {
			return h, err
		}
		if name == "schema" {
			if err := checkSchema(h.Schema); err != nil {
				return h, err
			}
		}
		delete(want, name.(string))
	}
	if err := checkSchema(h.Schema); err != nil {
		return h, err
	}
	if h.Address == "" || h.Attempt == 0 {
		return h, fmt.Errorf("it has no address or no attempt")
	}
	if !isAttempt(h.Attempt) {
		return h, fmt.Errorf("it says that it is attempt %d, and these go from 1 to %d", h.Attempt, maxAttempt)
	}
	return h, nil
}

// whole looks for the brace that ends the object.
func whole(f *os.File) error {
	const tail = 16 // bytes; an editor may have added line breaks
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	end := make([]byte, min(size, tail))
	if _, err := f.ReadAt(end, size-int64(len(end))); err != nil {
		return err
	}
	if !bytes.HasSuffix(bytes.TrimSpace(end), []byte("}")) {
		return io.ErrUnexpectedEOF
	}
	return nil
}

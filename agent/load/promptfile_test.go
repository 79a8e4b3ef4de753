package load

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func prompts(t *testing.T, f *File, n int) (texts []string) {
	t.Helper()
	for i := range n {
		p, err := f.Prompt(i)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, p.Text)
	}
	return texts
}

func TestFile(t *testing.T) {
	want := []string{"one", "two\nlines, \"quoted\"", "three ü", "one"}
	for name, file := range map[string]struct{ name, text string }{
		"CSV":                   {"p.csv", "id,prompt\n1,one\n\n2,\"two\nlines, \"\"quoted\"\"\"\n3,three ü"},
		"CSV, CRLF and a mark":  {"p.csv", "\uFEFFprompt,id\r\none,1\r\n\"two\nlines, \"\"quoted\"\"\",2\r\nthree ü,3\r\n"},
		"JSON lines":            {"p.jsonl", "{\"prompt\":\"one\"}\r\n\n{\"id\":2,\"prompt\":\"two\\nlines, \\\"quoted\\\"\"}\n{\"prompt\":\"three \\u00fc\"}"},
		"JSON":                  {"p.json", "\n[\n {\"prompt\": \"one\"},\n {\"id\": [2], \"prompt\": \"two\\nlines, \\\"quoted\\\"\"}\n, {\"prompt\":\"three ü\"}]\n"},
		"JSON that holds lines": {"p.json", "{\"prompt\":\"one\"}\n{\"prompt\":\"two\\nlines, \\\"quoted\\\"\"}\n{\"prompt\":\"three ü\"}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := OpenFile(write(t, file.name, file.text), "prompt")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if diff := cmp.Diff(want, prompts(t, f, 4)); diff != "" || f.Len() != 3 {
				t.Error(diff, f.Len())
			}
		})
	}
}

func TestFileErrors(t *testing.T) {
	long := strings.Repeat("x", maxRow)
	for name, test := range map[string]struct{ name, text, want string }{
		"empty CSV":           {"p.csv", "", "there are no prompts"},
		"header only":         {"p.csv", "prompt\n", "there are no prompts"},
		"no column":           {"p.csv", "question,answer\na,b\n", `line 1: there is no column "prompt"; there are: question, answer`},
		"ragged":              {"p.csv", "id,prompt\n1,a\n2\n", "line 3"},
		"no text in CSV":      {"p.csv", "id,prompt\n1,a\n\n2,\n", "line 4: the prompt is empty"},
		"open quote":          {"p.csv", "prompt\na\n\"b" + long + long, "after row 1"},
		"empty lines":         {"p.jsonl", "\n \n", "there are no prompts"},
		"no JSON":             {"p.jsonl", "{\"prompt\":\"a\"}\n\nhello\n", "line 3: no JSON object"},
		"no field":            {"p.jsonl", "{\"question\":\"a\"}\n", `line 1: there is no column "prompt"; there are: question`},
		"a number":            {"p.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":7}\n", `line 2: the field "prompt" holds no text: 7`},
		"null":                {"p.jsonl", "{\"prompt\":null}\n", "line 1:"},
		"a long line":         {"p.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"" + long + "\"}\n", "line 2: a row of more than"},
		"empty array":         {"p.json", "[]", "there are no prompts"},
		"array of texts":      {"p.json", "[\n\"a\"]", "line 2: no JSON object"},
		"array, empty":        {"p.json", "[\n{\"prompt\":\"a\"},\n{\"prompt\":\"\"}]", "line 3: the prompt is empty"},
		"array without end":   {"p.json", "[\n{\"prompt\":\"a\"}\n", "line 2: the array has no end"},
		"array, long":         {"p.json", "[{\"prompt\":\"a\"},{\"prompt\":\"" + long + long + "\"}]", "a row of more than"},
		"array, broken":       {"p.json", "[{\"prompt\":\"a\"},\n{\"prompt\"", "line "},
		"an unknown ending":   {"p.txt", "a\n", `".txt" is none of`},
		"no ending":           {"p", "a\n", "is none of"},
		"a number in array":   {"p.json", "[{\"prompt\":\"a\"},\n{\"prompt\":{}}]", "line 2: the field"},
		"no field, shortened": {"p.csv", strings.Repeat("c,", 30) + "c\n", "c, …"},
	} {
		t.Run(name, func(t *testing.T) {
			if f, err := OpenFile(write(t, test.name, test.text), "prompt"); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, %.300v, want %q", f, err, test.want)
			}
		})
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none.csv"), "prompt"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestShuffle(t *testing.T) {
	path := write(t, "p.csv", "prompt\n"+strings.Join(words, "\n")+"\n")
	shuffled := func(seed uint64) []string {
		f, err := OpenFile(path, "prompt")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		f.Shuffle(seed)
		return prompts(t, f, len(words))
	}
	first := shuffled(1)
	if slices.Equal(first, words) || !slices.Equal(first, shuffled(1)) || slices.Equal(first, shuffled(2)) {
		t.Error("the order is not that of the seed")
	}
	slices.Sort(first)
	if !slices.Equal(first, slices.Sorted(slices.Values(words))) {
		t.Error("some prompts are lost")
	}
}

func TestFileReadAtOnce(t *testing.T) {
	f, err := OpenFile(write(t, "p.csv", "prompt\n"+strings.Join(words, "\n")), "prompt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			for i, word := range words {
				if p, err := f.Prompt(i + len(words)); err != nil || p.Text != word {
					t.Errorf("%q, %v, want %q", p.Text, err, word)
					return
				}
			}
		})
	}
	running.Wait()
}

// A file that shrinks under a load gives an error, not another prompt.
func TestFileChanges(t *testing.T) {
	path := write(t, "p.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n")
	f, err := OpenFile(path, "prompt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.WriteFile(path, []byte("{\"prompt\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if p, err := f.Prompt(i); err == nil {
			t.Errorf("%+v", p)
		}
	}
}

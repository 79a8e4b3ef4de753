package wire

import (
	"encoding/json"
	"testing"
)

func TestOptionsStandBesideTheFields(t *testing.T) {
	for _, test := range []struct {
		request any
		want    string
	}{
		{CompletionRequest{Model: "m", Prompt: "p"}, `{"model":"m","prompt":"p"}`},
		{
			CompletionRequest{Model: "m", Prompt: "p", Stream: true, Options: map[string]any{"seed": 7, "stream": false, "model": "other"}},
			`{"model":"m","prompt":"p","seed":7,"stream":true}`,
		},
		{
			ChatCompletionRequest{Model: "m", MaxTokens: new(5), Options: map[string]any{"min_p": 0.1}},
			`{"max_tokens":5,"messages":null,"min_p":0.1,"model":"m"}`,
		},
	} {
		got, err := json.Marshal(test.request)
		if err != nil || string(got) != test.want {
			t.Errorf("%s, %v; want %s", got, err, test.want)
		}
	}
}

func TestText(t *testing.T) {
	for _, test := range []struct{ json, want string }{
		{`"a"`, "a"},
		{`["a","b"]`, "ab"},
		{`[{"type":"text","text":"a"},"b"]`, "ab"},
		{`null`, ""},
		{`[1,2]`, "error"},
		{`[{"type":"image_url"}]`, "error"},
		{`{}`, "error"},
	} {
		var got Text
		if err := json.Unmarshal([]byte(test.json), &got); err != nil {
			got = "error"
		}
		if string(got) != test.want {
			t.Errorf("%s: %q, want %q", test.json, got, test.want)
		}
	}
}

func TestErrorResponse(t *testing.T) {
	for _, test := range []struct{ name, body, want string }{
		{"Ollama", `{"error":"model 'x' not found"}`, "model 'x' not found"},
		{"OpenAI", `{"error":{"message":"no such model","type":"invalid_request_error","code":null}}`, "no such model"},
		{"a code that is a number", `{"error":{"code":400,"message":"too long","type":"BadRequestError"}}`, "too long"},
		{"older vLLM", `{"object":"error","message":"too long","type":"BadRequestError","code":400}`, "too long"},
		{"TGI", `{"error":"overloaded","error_type":"overloaded"}`, "overloaded"},
		{"an object of another form", `{"error":{"reason":"x"}}`, `{"reason":"x"}`},
		{"none", `{"message":"hello"}`, ""},
	} {
		var got ErrorResponse
		if err := json.Unmarshal([]byte(test.body), &got); err != nil || got.Error != test.want {
			t.Errorf("%s: %q, %v; want %q", test.name, got.Error, err, test.want)
		}
	}
}

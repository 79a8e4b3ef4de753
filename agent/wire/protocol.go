package wire

// A Protocol is the form of a request and of the stream that answers it.
type Protocol string

// The protocols that are spoken here.
const (
	OllamaGenerate    Protocol = "ollama generate"    // GenerateRequest; NDJSON of GenerateResponse
	OllamaChat        Protocol = "ollama chat"        // ChatRequest; NDJSON of ChatResponse
	OpenAIChat        Protocol = "openai chat"        // ChatCompletionRequest; server-sent events of ChatCompletionChunk
	OpenAICompletions Protocol = "openai completions" // CompletionRequest; server-sent events of Completion
)

// Path is where a server takes the protocol's requests, below its base URL.
func (p Protocol) Path() string {
	switch p {
	case OllamaGenerate:
		return "/api/generate"
	case OllamaChat:
		return "/api/chat"
	case OpenAIChat:
		return "/v1/chat/completions"
	case OpenAICompletions:
		return "/v1/completions"
	}
	panic("wire: unknown protocol " + string(p))
}

// IsOpenAI says whether it is one of OpenAI's.
func (p Protocol) IsOpenAI() bool { return p == OpenAIChat || p == OpenAICompletions }

// Owner is who defined it.
func (p Protocol) Owner() string {
	if p.IsOpenAI() {
		return "OpenAI"
	}
	return "Ollama"
}

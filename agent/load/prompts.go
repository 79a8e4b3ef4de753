package load

import (
	"fmt"
	"strings"

	"bench/agent"
)

// A Prompt is what one call sends.
type Prompt struct {
	Text      string
	MaxTokens int // longest answer; 0: the server's own limit
}

// A Source gives the prompt of the call of an index, from 0; the same whenever it is asked. Several goroutines ask at once.
type Source interface {
	Prompt(index int) (Prompt, error)
}

// Requests gives each call a prompt and an identity of its own; the rest is that of base. A prompt's own limit of the answer counts
// before that of base.
func Requests(base agent.Request, source Source) func(index int) (agent.Request, error) {
	return func(index int) (agent.Request, error) {
		prompt, err := source.Prompt(index)
		if err != nil {
			return agent.Request{}, err
		}
		request := base
		request.ID = fmt.Sprintf("%s.call[%d]", base.ID, index+1)
		request.Prompt = prompt.Text
		if prompt.MaxTokens > 0 {
			request.MaxTokens = prompt.MaxTokens
		}
		return request, nil
	}
}

// A Fixed prompt is the same each time.
type Fixed Prompt

// Prompt gives it.
func (f Fixed) Prompt(int) (Prompt, error) { return Prompt(f), nil }

// Salted puts a first line before each prompt that differs each time, 16 hexadecimal digits, so that no server finds the prompt's
// beginning in a cache of prefixes. It makes a prompt 13 to 16 tokens longer.
type Salted struct {
	Source Source
	Seed   uint64
}

// Prompt gives the source's, salted.
func (s Salted) Prompt(index int) (Prompt, error) {
	prompt, err := s.Source.Prompt(index)
	if err == nil {
		prompt.Text = fmt.Sprintf("%016x\n%s", stream(s.Seed, "salt", index).Uint64(), prompt.Text)
	}
	return prompt, err
}

// Synthetic prompts are random words, one for each token of the length that is drawn: 1.00 tokens a word by the tokenizers of GPT-2, GPT-4,
// GPT-4o and Llama 3, up to 1.01 by those of Llama 2 and Mistral. The start mark and the chat template of a model come on top. What the
// server counted is in the calls' prompt_tokens.
type Synthetic struct {
	Input  Lengths // of prompts
	Output Lengths // of answers, at most; the zero value leaves it to the server
	Seed   uint64
}

// Prompt draws one. Its words do not depend on the length of the answer.
func (s Synthetic) Prompt(index int) (Prompt, error) {
	r := stream(s.Seed, "prompt", index)
	var text strings.Builder
	for i := range max(1, s.Input.Draw(r)) {
		if i > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(words[r.IntN(len(words))])
	}
	return Prompt{Text: text.String(), MaxTokens: s.Output.Draw(stream(s.Seed, "answer", index))}, nil
}

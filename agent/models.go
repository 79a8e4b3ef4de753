package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"bench/agent/wire"
)

// Limits of the calls that are not measured.
const (
	askLimit    = 30 * time.Second
	unloadLimit = time.Minute
	maxAnswer   = 16 << 20 // bytes; /api/show lists every tensor
)

// ModelInfo is what a server says of a model that it has.
type ModelInfo struct {
	Name          string `json:"name"`   // with its tag
	Digest        string `json:"digest"` // of its manifest, SHA-256 in hexadecimal
	ParameterSize string `json:"parameter_size,omitempty"`
	Quantization  string `json:"quantization,omitempty"`
	Family        string `json:"family,omitempty"`
	ContextLength int    `json:"context_length,omitempty"` // that the model was made for, in tokens; 0 where unsaid
}

// A LoadedModel is a model in the server's memory.
type LoadedModel struct {
	Name          string `json:"name"`
	Digest        string `json:"digest"`
	SizeBytes     int64  `json:"size_bytes"`
	VRAMBytes     int64  `json:"vram_bytes"`
	ContextLength int    `json:"context_length,omitempty"` // that it was loaded with; 0 where unsaid
}

// Version asks for the server's version; "" where a server of kind openai does not say.
func (c *Client) Version(ctx context.Context) (string, *Error) {
	if c.protocol.IsOpenAI() {
		return c.openAIVersion(ctx)
	}
	var v wire.VersionResponse
	if e := c.ask(ctx, http.MethodGet, "/api/version", nil, &v); e != nil {
		return "", e
	}
	return v.Version, nil
}

// Model describes the model of that name; for Ollama a name without a tag means the tag latest. Servers of kind openai give no digest.
func (c *Client) Model(ctx context.Context, name string) (ModelInfo, *Error) {
	if c.protocol.IsOpenAI() {
		return c.openAIModel(ctx, name)
	}
	var show wire.ShowResponse
	if e := c.ask(ctx, http.MethodPost, "/api/show", wire.ShowRequest{Model: name}, &show); e != nil {
		if e.HTTPStatus == http.StatusNotFound {
			e = c.unknownModel(ctx, name, e)
		}
		return ModelInfo{}, e
	}
	var tags wire.TagsResponse
	if e := c.ask(ctx, http.MethodGet, "/api/tags", nil, &tags); e != nil {
		return ModelInfo{}, e
	}
	for _, tag := range tags.Models {
		if wire.SameModel(tag.Name, name) {
			return ModelInfo{
				Name: tag.Name, Digest: tag.Digest,
				ParameterSize: show.Details.ParameterSize,
				Quantization:  show.Details.QuantizationLevel,
				Family:        show.Details.Family,
				ContextLength: contextLength(show.ModelInfo),
			}, nil
		}
	}
	return ModelInfo{}, &Error{Class: InvalidOutput, Message: fmt.Sprintf("%s shows the model %q but does not list it", c.base, name)}
}

// Loaded lists the models in the server's memory; nil where it can't be asked, as one of kind openai.
func (c *Client) Loaded(ctx context.Context) ([]LoadedModel, *Error) {
	if c.protocol.IsOpenAI() {
		return nil, nil
	}
	var ps wire.PSResponse
	if e := c.ask(ctx, http.MethodGet, "/api/ps", nil, &ps); e != nil {
		return nil, e
	}
	loaded := []LoadedModel{}
	for _, p := range ps.Models {
		loaded = append(loaded, LoadedModel{p.Name, p.Digest, p.Size, p.SizeVRAM, p.ContextLength})
	}
	return loaded, nil
}

// Unload has the model unloaded, and returns when the server no longer lists it as loaded, or after a minute. A server of kind
// openai can't be asked to.
func (c *Client) Unload(ctx context.Context, model string) *Error {
	if c.protocol.IsOpenAI() {
		return &Error{Class: BadRequest, Message: fmt.Sprintf("%s can't be told to unload a model, as no server of kind openai can: keep it loaded", c.base)}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, unloadLimit, &Error{Class: Timeout, Message: fmt.Sprintf(
		"%s still has %q loaded %v after it was told to unload it: does another client use it?", c.base, model, unloadLimit)})
	defer cancel()
	request := wire.GenerateRequest{Model: model, Stream: new(false), KeepAlive: 0}
	if e := c.ask(ctx, http.MethodPost, "/api/generate", request, &wire.GenerateResponse{}); e != nil {
		if e.HTTPStatus == http.StatusNotFound {
			e = c.unknownModel(ctx, model, e)
		}
		return e
	}
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		loaded, e := c.Loaded(ctx)
		if e != nil || !hasModel(loaded, model) {
			return e
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return Interrupted(ctx)
		}
	}
}

// Warm loads the request's model with the request's options, by a call of one token that is discarded.
func (c *Client) Warm(ctx context.Context, req Request) *Error {
	options := maps.Clone(req.Options)
	for _, limit := range slices.Concat(ollamaLimits, openAILimits) {
		delete(options, limit)
	}
	req.Options, req.MaxTokens = options, 1
	return c.Generate(ctx, req).Error
}

// ask makes a call that is not measured: in is sent as JSON unless nil, the answer is decoded into out.
func (c *Client) ask(ctx context.Context, method, path string, in, out any) *Error {
	ctx, cancel := context.WithTimeoutCause(ctx, askLimit, &Error{Class: Timeout, Message: fmt.Sprintf("%s%s gave no answer within %v", c.base, path, askLimit)})
	defer cancel()
	var body io.Reader = http.NoBody
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return &Error{Class: BadRequest, Message: err.Error()}
		}
		body = strings.NewReader(string(raw))
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return &Error{Class: BadRequest, Message: err.Error()}
	}
	c.setHeader(req)
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return c.noAnswer(ctx, err)
	}
	defer resp.Body.Close()
	if fault := c.refusal(resp); fault != nil {
		return fault
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return brokenOff(ctx, err)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return &Error{Class: InvalidOutput, HTTPStatus: resp.StatusCode, Message: fmt.Sprintf("%s%s does not answer as %s does: %v", c.base, path, c.protocol.Owner(), err)}
	}
	return nil
}

// unknownModel adds to a 404 what can be done about it.
func (c *Client) unknownModel(ctx context.Context, name string, fault *Error) *Error {
	if c.protocol.IsOpenAI() {
		return c.unknownOpenAIModel(ctx, fault)
	}
	var tags wire.TagsResponse
	if e := c.ask(ctx, http.MethodGet, "/api/tags", nil, &tags); e != nil {
		fault.Message += fmt.Sprintf("; is %s an Ollama server?", c.base)
		return fault
	}
	var names []string
	for _, tag := range tags.Models {
		names = append(names, tag.Name)
	}
	fault.Message += fmt.Sprintf("; `ollama pull %s` fetches it, the server has %s", name, few(names))
	return fault
}

// few lists the first of some names of models.
func few(names []string) string {
	const most = 8
	switch n := len(names); {
	case n == 0:
		return "no model"
	case n > most:
		names = append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", n-most))
	}
	return strings.Join(names, ", ")
}

func hasModel(loaded []LoadedModel, name string) bool {
	for _, m := range loaded {
		if wire.SameModel(m.Name, name) {
			return true
		}
	}
	return false
}

func contextLength(info map[string]any) int {
	arch, _ := info["general.architecture"].(string)
	n, _ := info[arch+".context_length"].(float64)
	return int(n)
}

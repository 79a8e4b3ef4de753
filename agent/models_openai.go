package agent

import (
	"context"
	"fmt"
	"net/http"

	"bench/agent/wire"
)

// versionPlaces are where servers of OpenAI's interface say what they are; that interface itself has no place for it.
var versionPlaces = []string{
	"/version",         // vLLM
	"/get_server_info", // SGLang
	"/props",           // llama.cpp
	"/info",            // TGI
	"/api/version",     // Ollama
}

// openAIVersion asks at each place in turn. A server that is not there, or does not answer, is an error; one that has none of the
// places is not.
func (c *Client) openAIVersion(ctx context.Context) (string, *Error) {
	for _, path := range versionPlaces {
		var is struct {
			Version   string `json:"version"`
			BuildInfo string `json:"build_info"` // of llama.cpp
		}
		switch e := c.ask(ctx, http.MethodGet, path, nil, &is); {
		case e != nil && e.HTTPStatus == 0:
			return "", e
		case e != nil:
		case is.Version != "":
			return is.Version, nil
		case is.BuildInfo != "":
			return is.BuildInfo, nil
		}
	}
	return "", nil
}

// openAIModel looks for the model among those that the server lists. One that lists none is believed to have it: the first call
// will tell.
func (c *Client) openAIModel(ctx context.Context, name string) (ModelInfo, *Error) {
	models, e := c.openAIModels(ctx)
	switch {
	case e != nil && e.HTTPStatus == http.StatusNotFound:
		return ModelInfo{Name: name}, nil
	case e != nil:
		return ModelInfo{}, e
	}
	var names []string
	for _, m := range models {
		if m.ID == name || wire.SameModel(m.ID, name) { // as Ollama lists them: with the tag that a name may leave out
			return ModelInfo{Name: name, ContextLength: m.MaxModelLen}, nil
		}
		names = append(names, m.ID)
	}
	return ModelInfo{}, &Error{Class: BadRequest, Message: fmt.Sprintf("%s has no model %q: it has %s", c.base, name, few(names))}
}

func (c *Client) openAIModels(ctx context.Context) ([]wire.ModelData, *Error) {
	var list wire.ModelsResponse
	e := c.ask(ctx, http.MethodGet, "/v1/models", nil, &list)
	return list.Data, e
}

// unknownOpenAIModel adds to a 404 what the server has.
func (c *Client) unknownOpenAIModel(ctx context.Context, fault *Error) *Error {
	models, e := c.openAIModels(ctx)
	if e != nil {
		fault.Message += fmt.Sprintf("; is %s/v1 the address of a server of OpenAI's interface?", c.base)
		return fault
	}
	var names []string
	for _, m := range models {
		names = append(names, m.ID)
	}
	fault.Message += "; the server has " + few(names)
	return fault
}

package runner

import (
	"encoding/json"
	"slices"

	"bench/runner/scrub"
	"bench/spec"
)

// What a server was given in secret may be in anything that it says. It is taken out where bench gets to hear it, before anything is made
// of it: of the frames and the log of a worker (process), of answers that the lock is made from (resolver), and, by its keeper, of the
// log of a started server.

// secretsOf gives what takes the secrets of a module out of text.
func secretsOf(m *spec.Module) *scrub.Scrubber {
	var texts []string
	for _, secret := range m.Secrets() {
		texts = append(texts, secret.Reveal())
	}
	return scrub.New(texts)
}

// keeperName is what the arguments of a keeper begin with.
var keeperName = []string{"bench", "keep"}

// keeper gives the arguments of a server's keeper, and what it reads first. It is told secrets there, since arguments are for all to see.
func keeper(secrets *scrub.Scrubber, command []string) (args []string, first []byte, err error) {
	args = slices.Clone(keeperName)
	if texts := secrets.Secrets(); len(texts) > 0 {
		if first, err = json.Marshal(texts); err != nil {
			return nil, nil, err
		}
		args, first = append(args, "-secrets"), append(first, '\n')
	}
	return append(append(args, "--"), command...), first, nil
}

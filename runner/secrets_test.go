package runner

import (
	"os"
	"strings"
	"testing"

	"bench/runner/scrub"
)

// What a worker says has no secret: be it a frame, its log, in two writes, or nothing that bench understands.
func TestProcessTellsNoSecret(t *testing.T) {
	for name, script := range map[string]string{
		"frame":   `echo 'log: hunter2' >&2; printf 'hun' >&2; sleep 0.05; echo 'ter2' >&2; echo '{"result":{"error":{"class":"server_error","message":"bad key h\u0075nter2"}}}'`,
		"garbage": `echo '{"result":hunter2}' | tee /dev/stderr`,
		"cut off": `printf 'log: hunter' >&2; exit 3`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := impostor(t, script)
			l.secrets = scrub.New([]string{"hunter2"})
			rep := process(t.Context(), l)
			said := rep.failure
			if said == nil {
				said = rep.result.Error
			}
			log, err := os.ReadFile(l.log)
			if err != nil || !strings.Contains(string(log), scrub.Placeholder) || strings.Contains(said.Message+string(log), "hunter") {
				t.Errorf("%v; %v, %q", said, err, log)
			}
		})
	}
}

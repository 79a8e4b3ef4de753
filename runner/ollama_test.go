package runner

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"bench/agent/servicetest"
	"bench/runner/journal"
	"bench/spec"
)

// anOllama is a sweep of six runs on an Ollama that bench starts, on a port of its own, with the models of the one that the tests
// were given.
func anOllama(t *testing.T) *spec.Module {
	t.Helper()
	servicetest.Ollama(t)
	models := servicetest.Variable(t, "OLLAMA_MODELS", "the folder in which that server keeps its models")
	server, err := exec.LookPath("ollama")
	if err != nil {
		t.Fatal("OLLAMA_MODELS is set, and ollama is not on PATH: ", err)
	}
	port := freePort(t)
	return module(t, fmt.Sprintf(`
server "ollama" "s" {
  url     = "http://127.0.0.1:%s"
  command = [%q, "serve"]
  env     = { OLLAMA_HOST = "127.0.0.1:%[1]s", OLLAMA_MODELS = %[3]q, OLLAMA_NOPRUNE = "1", OLLAMA_NUM_PARALLEL = "1" }

  ready {
    timeout = "1m"
  }
}

workload "w" {
  step "one" {
    prompt     = "say something"
    max_tokens = 48
  }
}

experiment "x" {
  server   = server.ollama.s
  workload = workload.w
  model    = "small"
  repeats  = 3
  options  = merge({ num_gpu = 0, num_thread = 1 }, matrix) # several threads on a busy machine wait for each other

  matrix {
    num_ctx = [256, 512]
  }

  retry {
    attempts = 3
    on       = ["connect", "server_error", "infrastructure"]

    backoff {
      initial = "1s"
    }
  }
}
`, port, server, models))
}

// killMarked ends the processes with the sign whose command line holds a text, but for a keeper, in whose command line its server's is.
func killMarked(sign, text string) {
	for pid, line := range marked(sign, text) {
		if !strings.HasPrefix(line, "bench keep") {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// inCall waits until so many attempts have begun, and a worker has the server generate for it.
func inCall(t *testing.T, sign, dir string, attempts int) {
	t.Helper()
	if !eventually(func() bool {
		return starts(dir) >= attempts && len(marked(sign, "bench worker")) == 1 && len(marked(sign, "ollama runner")) > 0
	}) {
		t.Fatalf("attempt %d was not seen in a call: %d begun, %v", attempts, starts(dir), marked(sign, ""))
	}
}

// On a real server: the worker is killed, then the server, then bench, and then all of them at once, with the processes in which the
// server computes. Every run counts once in the end, nothing is left over, and the evidence says what died.
func TestOllamaSurvivesKills(t *testing.T) {
	m := anOllama(t)
	sign := mark(t)
	file, dir := filepath.Join(m.Dir, "experiment.hcl"), filepath.Join(m.Dir, "runs", "x")
	c := start(t, "apply", file)
	inCall(t, sign, dir, 1)
	killMarked(sign, "bench worker")
	inCall(t, sign, dir, 2)
	computing := marked(sign, "ollama runner")
	killMarked(sign, "ollama serve")
	if !eventually(func() bool { return len(marked(sign, "bench keep")) == 0 }) { // the next one is started when the next attempt is
		t.Fatal("the keeper of a server that is gone stays")
	}
	for pid := range computing {
		if !eventually(func() bool { return marked(sign, "ollama runner")[pid] == "" }) {
			t.Errorf("pid %d computes on for a server that is gone", pid)
		}
	}
	inCall(t, sign, dir, starts(dir)+1)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait()
	alone(t, sign)
	again := start(t, "apply", file)
	inCall(t, sign, dir, starts(dir)+1)
	killMarked(sign, "")
	_ = again.Wait()
	alone(t, sign)
	start(t, "apply", file).wait(t, 0)
	alone(t, sign)
	audit(t, m)
	if text := c.out.String(); !strings.Contains(text, "server.ollama.s ended by itself (") {
		t.Errorf("nothing is told of the server's end:\n%s", text)
	}
	testament(t, dir)
}

// testament wants the words in which each death is told: that of the worker and that of the server as evidence, those of bench as lost.
func testament(t *testing.T, dir string) {
	t.Helper()
	told := map[string]int{}
	var texts []string
	for _, r := range evidence(t, dir) {
		class := string(r.Error.Class)
		if class == "server_error" { // it had begun to answer
			class = "connect"
		}
		told[class]++
		texts = append(texts, r.Error.Error())
	}
	for _, e := range must(journal.Events(dir)) {
		if e.State == journal.Lost {
			told["lost"]++
			texts = append(texts, e.Message)
		}
	}
	if told["infrastructure"] != 1 || told["connect"] == 0 || told["lost"] != 2 ||
		!slices.ContainsFunc(texts, func(s string) bool {
			return strings.Contains(s, "the worker was killed from outside, with SIGKILL (signal 9)")
		}) ||
		!slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "is gone") }) {
		t.Errorf("told: %q", texts)
	}
}

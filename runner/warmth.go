package runner

import (
	"fmt"
	"reflect"

	"bench/runner/worker"
)

// reloading are the options with which Ollama loads a model (api.Runner there): asked for another value of one, it loads the model anew.
var reloading = []string{"num_ctx", "num_batch", "num_gpu", "main_gpu", "low_vram", "vocab_only", "use_mmap", "use_mlock", "num_thread"}

// tellReload notes, once, that a warm model is warm for one of the members that share it only. A server that keeps one instance of a
// model can have it in the state of one of them, which is the first; so the time that loading takes is in the figures of the others.
func (s *sweep) tellReload(r *Run, launches []launch) {
	if s.experiment.Isolation.Model != "warm" {
		return
	}
	for i, l := range launches {
		for j, other := range launches[:i] {
			if l.task.Endpoint.URL != other.task.Endpoint.URL || l.task.Model != other.task.Model {
				continue
			}
			if option := reload(other.task, l.task); option != "" {
				s.reloads.Do(func() {
					s.tell(Event{Kind: Noted, Address: s.section.at(""), Message: fmt.Sprintf("members %s and %s share %s and ask for another %s: the server may load it anew whenever the other one calls, so it is not warm for both; give them one %[4]s, or a server each",
						r.setup.members[j].Member, r.setup.members[i].Member, l.task.Model, option)})
				})
				return
			}
		}
	}
}

// reload names an option in which two tasks differ, and for which a model is loaded anew; "" where there is none.
func reload(a, b worker.Task) string {
	for _, name := range reloading {
		if !reflect.DeepEqual(a.Options[name], b.Options[name]) {
			return name
		}
	}
	return ""
}

package spec

import "strings"

// Reads gives the files of the module's folder that the spec has read so far for its functions, each with the SHA-256 of what was
// read, hexadecimal. Of a file that was only listed, by fileset or as the corpus of an ingest, that is "".
func (m *Module) Reads() map[string]string {
	m.evaluating.Lock()
	defer m.evaluating.Unlock()
	reads := map[string]string{}
	if m.read == nil {
		return reads
	}
	for _, listing := range m.read.listings {
		for _, name := range listing {
			reads[name] = ""
		}
	}
	for name, content := range m.read.contents {
		reads[name] = sha256Hex(string(content))
	}
	return reads
}

// How the files beside a spec are called that belong to it.
const (
	lockEnding = ".lock.hcl"
	autoFile   = "bench.auto.benchvars"
)

// Belongs says whether a file beside a spec has a part in what the spec means, though no path names it.
func Belongs(name string) bool { return strings.HasSuffix(name, lockEnding) || name == autoFile }

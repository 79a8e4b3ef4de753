package spec

import (
	"path"
	"strings"
)

// Reads gives the files of the module's folder that the spec has read so far for its functions, each with the SHA-256 of what was
// read, hexadecimal. Of a file that was only listed, by fileset or as the corpus of an ingest, that is "".
func (m *Module) Reads() map[string]string {
	m.evaluating.Lock()
	defer m.evaluating.Unlock()
	reads := map[string]string{}
	if m.files == nil {
		return reads
	}
	for _, listing := range m.files.listings {
		for _, name := range listing {
			reads[name] = ""
		}
	}
	for name, content := range m.files.contents {
		reads[name] = sha256Hex(string(content))
	}
	return reads
}

// ReadText gives the content of a text file of the module's folder that the spec only names, as the template of a report. It is held to
// what file() is: it reads nothing outside the folder, nothing but regular files, and none of more than 4 MiB.
func (m *Module) ReadText(name string) (string, error) {
	if outside(name) {
		return "", isOutside(name)
	}
	content, err := m.files.readAll(path.Clean(name))
	if err != nil {
		return "", err
	}
	return content, isText(name, content)
}

// lockEnding is that of a lock file.
const lockEnding = ".lock.hcl"

// Belongs says whether a file beside a spec has a part in what the spec means, though no path names it. A file of values is none: what
// it gives is in Module.Given, and the digest of a file that holds little but a secret would tell it.
func Belongs(name string) bool { return strings.HasSuffix(name, lockEnding) }

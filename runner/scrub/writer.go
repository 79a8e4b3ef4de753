package scrub

import "io"

// A Writer takes the secrets out of what is written through it, also those that several writes hold together. It holds back what
// may be the beginning of one, and nothing else, so that a log is there as soon as it is written.
type Writer struct {
	scrubber *Scrubber
	to       io.Writer
	held     []byte // the beginning of a secret
}

// Writer gives one that writes to another.
func (s *Scrubber) Writer(to io.Writer) *Writer { return &Writer{scrubber: s, to: to} }

// Write takes a piece of a text. Its error is that of the other writer.
func (w *Writer) Write(p []byte) (int, error) {
	if w.scrubber == nil {
		return w.to.Write(p)
	}
	text := append(w.held, p...)
	out, taken := w.scrubber.scrub(nil, text, true)
	w.held = append([]byte(nil), text[taken:]...)
	if len(out) > 0 {
		if _, err := w.to.Write(out); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// Close writes what was held back, unless it is so much of a secret that it gives it away: then the text was cut short. It does not
// close the other writer.
func (w *Writer) Close() error {
	if len(w.held) == 0 {
		return nil
	}
	out, _ := w.scrubber.scrub(nil, w.held, false)
	if n, _ := w.scrubber.match(w.held); n == 0 && len(w.held) >= shortest {
		out = []byte(Placeholder)
	}
	w.held = nil
	_, err := w.to.Write(out)
	return err
}

package emulator

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// giveStream takes the connection over and plays the answer.
func (a *answer) giveStream(w http.ResponseWriter, r *http.Request) {
	ctx, c, err := takeOver(w, r)
	if err != nil {
		reply(w, http.StatusInternalServerError, a.dialect.trouble(http.StatusInternalServerError, "the emulator streams over HTTP/1.1 only: "+err.Error()))
		return
	}
	messages := a.streamed()
	p := &player{
		conn: c, log: a.server.sent.begin(a.id, len(messages)), dialect: a.dialect, figures: a.figures, style: a.style, fault: a.script.fault,
		chance: chance(a.server.config.Seed, a.id, "split"), start: a.loaded, messages: messages, header: a.header(r, "Transfer-Encoding: chunked"),
	}
	if a.dialect.manners().early {
		if _, err := c.send(p.header); err != nil {
			c.breakOff()
			return
		}
		p.header = nil
	}
	if err := p.play(ctx, a.server.clock); err != nil {
		c.breakOff()
		return
	}
	if inside(a.script.fault) && !a.failInside(ctx, c, p.header) {
		return
	}
	a.endStream(c, r)
}

// endStream ends the body in good order.
func (a *answer) endStream(c *conn, r *http.Request) {
	if _, err := c.send([]byte("0\r\n\r\n")); err != nil || r.Close {
		c.breakOff()
		return
	}
	c.giveBack()
}

// header is that of an answer in order.
func (a *answer) header(r *http.Request, length string) []byte {
	b := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nDate: %s\r\n%s\r\n", a.dialect.manners().media, time.Now().UTC().Format(http.TimeFormat), length)
	if r.Close {
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, "\r\n"...)
}

// streamed are the messages of the stream up to its fault, if one comes inside of it.
func (a *answer) streamed() []message {
	m := a.dialect.manners()
	var list []message
	if m.opens || a.style.EmptyFirst {
		for choice := range a.script.choices {
			list = append(list, message{kind: opening, choice: choice})
		}
	}
	tokens := a.messages
	if inside(a.script.fault) {
		tokens = tokens[:a.firstHalf()]
	}
	if m.comments && a.style.Comments > 0 {
		tokens = withComments(tokens, a.style.Comments)
	}
	list = append(list, tokens...)
	if inside(a.script.fault) {
		return list
	}
	for _, last := range a.dialect.ending() {
		if last.kind == usage && a.withheld() {
			continue
		}
		last.at = a.end
		list = append(list, last)
	}
	return list
}

// failInside plays the fault of an answer that has begun, and says whether its body is to end in good order.
func (a *answer) failInside(ctx context.Context, c *conn, header []byte) (inOrder bool) {
	if a.server.clock.sleepUntil(ctx, a.loaded.Add(a.half())) != nil {
		c.breakOff()
		return false
	}
	if header != nil { // no message came before the fault
		_, _ = c.send(header)
	}
	switch a.script.fault {
	case Reset:
		c.reset()
		return false
	case Stall:
		<-ctx.Done()
	case EndlessBody:
		a.flood(c)
	case HugeLine:
		return a.huge(c)
	case ErrorObject:
		_, err := c.send(chunked(a.dialect.appendTrouble(nil, told)))
		return err == nil
	case Truncated:
		return true
	}
	c.breakOff()
	return false
}

package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"bench/agent/wire"
)

// Interrupted says why the context has ended, or nil while it has not. A limit of this package is its
// own cause; a deadline is the caller's limit of the whole run.
func Interrupted(ctx context.Context) *Error {
	cause := context.Cause(ctx)
	if cause == nil {
		return nil
	}
	if limit, ok := errors.AsType[*Error](cause); ok {
		return new(*limit)
	}
	if errors.Is(cause, context.DeadlineExceeded) {
		return &Error{Class: Timeout, Message: "the time allowed for the run was over"}
	}
	return &Error{Class: Infrastructure, Message: fmt.Sprintf("interrupted: %v", cause)}
}

// noAnswer classifies a failure before the header of an answer.
func (c *Client) noAnswer(ctx context.Context, err error) *Error {
	if e := Interrupted(ctx); e != nil {
		return e
	}
	netErr, isNet := errors.AsType[net.Error](err)
	op, isOp := errors.AsType[*net.OpError](err)
	switch {
	case isNet && netErr.Timeout():
		return &Error{Class: Timeout, Message: fmt.Sprintf("no connection to %s within %v (timeouts.connect)", c.base, c.timeouts.Connect)}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{Class: Connect, Message: fmt.Sprintf("nothing listens at %s: is the server started, and the url right?", c.base)}
	case isOp && op.Op == "dial":
		return &Error{Class: Connect, Message: fmt.Sprintf("no connection to %s: %v", c.base, op.Err)}
	}
	return &Error{Class: Connect, Message: fmt.Sprintf("%s closed before it answered: %s", c.base, oneLine(err.Error()))}
}

// brokenOff classifies a failure inside the body of an answer.
func brokenOff(ctx context.Context, err error) *Error {
	switch {
	case errors.Is(err, wire.ErrMalformed):
		return badStream(err)
	case errors.Is(err, wire.ErrTooLong):
		return &Error{Class: InvalidOutput, HTTPStatus: http.StatusOK, Message: fmt.Sprintf("the answer is longer than its tokens could be, or than %d MiB: limit it with max_tokens, or see what the server sends", maxBody>>20)}
	}
	if e := Interrupted(ctx); e != nil {
		e.HTTPStatus = http.StatusOK
		return e
	}
	return &Error{Class: ServerError, HTTPStatus: http.StatusOK, Message: fmt.Sprintf("the answer broke off: %s", oneLine(err.Error()))}
}

// badStream classifies what the decoder found wrong with an answer that came to its end.
func badStream(err error) *Error {
	class := ServerError
	if errors.Is(err, wire.ErrMalformed) {
		class = InvalidOutput
	}
	return &Error{Class: class, HTTPStatus: http.StatusOK, Message: oneLine(err.Error())}
}

// refusal classifies an answer that cannot hold what was asked for; it is nil for one that can.
func (c *Client) refusal(resp *http.Response) *Error {
	e := &Error{HTTPStatus: resp.StatusCode}
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		encoding := resp.Header.Get("Content-Encoding")
		if encoding == "" || encoding == "identity" {
			return nil
		}
		e.Class, e.Message = InvalidOutput, fmt.Sprintf("the answer is encoded as %s, which was not asked for", oneLine(encoding))
	case code >= 300 && code < 400:
		e.Class, e.Message = InvalidOutput, fmt.Sprintf("%s redirects to %s: write that address as the server's url", c.base, oneLine(resp.Header.Get("Location")))
	default:
		said, n := serverSays(resp.Body)
		e.Class, e.Message, e.Bytes = classOf(code), fmt.Sprintf("%s: %s", resp.Status, said), n
		if wait := resp.Header.Get("Retry-After"); wait != "" {
			e.Message += fmt.Sprintf(" (Retry-After: %s)", oneLine(wait))
			e.RetryAfterNS = int64(retryAfter(wait, resp.Header.Get("Date"), time.Now()))
		}
	}
	return e
}

// retryAfter reads how long a server asks to wait: a number of seconds, or a date (RFC 9110, section 10.2.3), which is compared with the
// server's own clock where it tells that. It is 0 for what is neither, or over.
func retryAfter(wait, date string, now time.Time) time.Duration {
	const most = 365 * 24 * time.Hour
	if seconds, err := strconv.ParseUint(strings.TrimSpace(wait), 10, 64); err == nil || errors.Is(err, strconv.ErrRange) { // then it is the largest number
		return time.Duration(min(seconds, uint64(most/time.Second))) * time.Second
	}
	until, err := http.ParseTime(wait)
	if err != nil {
		return 0
	}
	if theirs, err := http.ParseTime(date); err == nil {
		now = theirs
	}
	return min(max(until.Sub(now), 0), most)
}

func classOf(status int) Class {
	switch {
	case status >= 500:
		return ServerError
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status >= 400:
		return BadRequest
	}
	return InvalidOutput
}

// serverSays gives the message in the body of an error, and how long the body was.
func serverSays(body io.Reader) (string, int64) {
	raw, _ := io.ReadAll(io.LimitReader(body, 64<<10))
	var said wire.ErrorResponse
	if err := json.Unmarshal(raw, &said); err == nil && said.Error != "" {
		return oneLine(said.Error), int64(len(raw))
	}
	if text := oneLine(string(raw)); text != "" {
		return text, int64(len(raw))
	}
	return "no message", int64(len(raw))
}

// oneLine makes text from elsewhere fit for a message.
func oneLine(s string) string {
	const most = 300
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

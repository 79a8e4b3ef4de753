package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"golang.org/x/term"

	"bench/spec"
)

// lines gives the input a line at a time, without its newline; io.EOF at the end.
type lines interface {
	next(prompt string) (string, error)
}

// lines reads what is typed on a terminal, with a prompt and a history, or else what is piped in.
func (e *env) lines() lines {
	in, ok := e.stdin.(*os.File)
	if _, terminal := isTerminal(e.stdout); ok && terminal && term.IsTerminal(int(in.Fd())) {
		screen := struct {
			io.Reader
			io.Writer
		}{in, e.stdout}
		return &terminalLines{fd: int(in.Fd()), editor: term.NewTerminal(screen, "")}
	}
	return &pipedLines{bufio.NewReader(e.stdin)}
}

type pipedLines struct{ *bufio.Reader }

// next gives a line. Of one that no expression may be as long as, the rest is left out.
func (p *pipedLines) next(string) (string, error) {
	var line []byte
	for {
		part, err := p.ReadSlice('\n')
		if len(line) <= spec.MaxExpression {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0, err == nil:
			return strings.TrimRight(string(line), "\r\n"), nil
		default:
			return "", err
		}
	}
}

// terminalLines edits lines. The terminal is raw only while a line is typed, so that whatever else is written looks as always.
type terminalLines struct {
	fd     int
	editor *term.Terminal
}

func (t *terminalLines) next(prompt string) (string, error) {
	before, err := term.MakeRaw(t.fd)
	if err != nil {
		return "", err
	}
	defer term.Restore(t.fd, before) //nolint:errcheck // there is nobody left to tell
	if width, height, err := term.GetSize(t.fd); err == nil {
		_ = t.editor.SetSize(width, height)
	}
	t.editor.SetPrompt(prompt)
	return t.editor.ReadLine()
}

// open is what an expression has open after the lines so far.
type open struct {
	brackets int
	heredoc  string // the word that ends it; "": none is open
}

func (o *open) isOpen() bool { return o.brackets > 0 || o.heredoc != "" }

// after goes on with a line. Each is looked at by itself, so that a long input takes no longer than its length.
func (o *open) after(line string) {
	if o.heredoc != "" {
		if strings.TrimSpace(line) == o.heredoc {
			o.heredoc = ""
		}
		return
	}
	tokens, _ := hclsyntax.LexExpression([]byte(line+"\n"), typed, hcl.InitialPos)
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			o.brackets++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenTemplateSeqEnd:
			o.brackets--
		case hclsyntax.TokenOHeredoc:
			o.heredoc = strings.Trim(string(t.Bytes), "<-\r\n \t")
		case hclsyntax.TokenCHeredoc:
			o.heredoc = ""
		}
	}
}

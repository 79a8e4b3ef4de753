// Package spec is the language of bench: it reads HCL files, resolves every name in them and gives a Module of typed
// structs, each of which remembers where it was written.
//
// A mistake is always an hcl.Diagnostic that points at the token in question, says what is wrong and what to do, and
// suggests the name that was meant. Decoding never stops at the first mistake. It has no side effects: it reads files
// inside the module's folder and nothing else, so the same folder always means the same thing.
//
// The package knows nothing of processes, HTTP or statistics. What it can't know at decode time (an answer of a model, a
// row of a dataset) it checks by type and keeps as an Expr, or hands over as a Program that a worker evaluates.
package spec

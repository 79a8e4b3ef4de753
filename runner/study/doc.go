// Package study turns a module and its records into one answer: the Study, a plain value that is printed as JSON, that
// templates render and that expressions of the spec can refer to. It reads records and datasets, asks package analysis the
// questions of the spec, and adds nothing of its own to the statistics but the doubts that the records raise.
// It runs nothing: that is package runner's work.
package study

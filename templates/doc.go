// Package templates turns a study.Study into a report: markdown that reads well on GitHub, and from it one HTML file.
//
// Its stance: a report is a pure function of a study and a template. There is no clock, no environment, no file, no
// network and no map order in it, so the same records give the same bytes. Text that comes from data is escaped
// unless a template says otherwise, so a model's answer can't become a heading, a link or a terminal's escape sequence.
//
// What it does not do: it computes no statistics (package analysis does) and it reads and writes no file.
package templates

// Command bench measures LLM agents and inference servers as a spec in HCL asks for, and writes the report.
//
// Each command is a file of this folder: its arguments, one call into a package, and a view of what came back. What a command
// says to people is in the files view_*.go, with the rules of that output at their top; what it says to programs is JSON, one
// object a line, on standard output, and then everything for people goes to standard error.
//
// The command decides nothing about measuring, scheduling or statistics: it can be replaced without a figure changing. Nothing
// here asks a question of whoever types, and nothing that comes from data reaches a terminal as a command to it.
package main

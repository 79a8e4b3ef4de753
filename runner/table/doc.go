// Package table makes observations of what was measured: of the records of an experiment, and of the files of a dataset. It is
// the one place where the row expressions of a dataset are evaluated, and where names of configurations are made from foreign
// data, so that the two kinds of sources look the same to everything that comes after.
//
// It reads files of the module and drops nothing unsaid: a row that breaks its rule is listed with the reason. It computes
// no statistics; the one thing that it derives is ttft_warm, where a dataset gives ttft and load.
package table

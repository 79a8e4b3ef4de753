// Package analysis says what the numbers of an experiment show, and refuses to say more.
//
// [Analyze] takes a [Table] of observations, a row a run, and a [Question]; it gives a [Result], which holds every
// figure that may be printed. The stance:
//
//   - The run is the unit. Calls within a run never count as repeats.
//   - A value that cannot be had, as the standard deviation of one run, is nil; it is never 0.
//   - No claim from noise: a difference needs a test, adjusted for the number of tests made, and "no difference" needs a
//     test of equivalence. What neither shows is "cannot tell".
//   - Doubts about the data travel beside the result as [Warning] values. No observation is ever dropped as an outlier.
//   - The same table, in whatever order its rows are, gives the same result. Chance comes from [Question.Seed] alone.
//
// The package reads no files and no clock, knows no HCL, and writes no report: a [Finding] is one sentence with its
// evidence, and the functions of format.go are how numbers are written, there and in the templates.
//
// README.md lists each statistic with its source and what it assumes.
package analysis

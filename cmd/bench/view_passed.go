package main

import (
	"errors"
	"fmt"
	"io"

	"bench/runner/journal"
)

// Rules of this output: a line a file that has no part in what is shown: which, why, and what to do. Of many, the first.

// mostPassed is how many files are named.
const mostPassed = 10

// passedText tells of the files that were passed over among the records.
func passedText(w io.Writer, files []error) error {
	for _, err := range files[:min(mostPassed, len(files))] {
		if _, err := fmt.Fprintln(w, passedLine(err)); err != nil {
			return err
		}
	}
	if more := len(files) - mostPassed; more > 0 {
		_, err := fmt.Fprintf(w, "%d more files are passed over, too.\n", more)
		return err
	}
	return nil
}

func passedLine(err error) string {
	if stray, ok := errors.AsType[*journal.RecordError](err); ok {
		why := "no run is planned there"
		if _, counts := stray.Place(); !counts {
			why = "it does not count"
		}
		return fmt.Sprintf("%s is passed over: %s, and it is no whole record (%v). Move it away to be told no more.", stray.Path, why, stray.Err)
	}
	return fmt.Sprintf("%v. It takes no part: restore the file, or make its run again with `bench apply -replace ADDRESS`.", err)
}

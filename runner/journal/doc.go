// Package journal keeps what an experiment attempted and what it measured, in one folder that people can read, copy and
// delete by hand. It takes the side of the evidence: a disk that fails or a process that is killed may cost the attempt
// that was under way, never one that was counted, and never so that nobody notices.
//
//	runs/tr111/
//	├── journal.jsonl            every attempt: a line before the act, a line after it
//	├── .lock                    held while somebody writes; says who
//	└── gpu60_ctx256/
//	    ├── run_1.json           the record, and the only commit
//	    ├── run_1.csv            derived from it, a row an LLM call
//	    ├── run_1.log            the agent's standard error
//	    ├── warmup_1.json        the same for a warm-up
//	    └── .attempts/
//	        ├── run_1.2.json     what did not count: failed, invalid, superseded
//	        └── run_1.2.log      the log of an attempt that did not count, or that is under way
//
// # What becomes durable, in which order
//
// Durable means: written, the file synced, renamed to its name, the folder synced. "Then" means: not before that.
//
//  1. Start appends a line to the journal; then the caller may act. So an attempt that nobody heard of again is in the
//     journal, and its number is never given out twice.
//  2. Commit syncs the log, and writes the record and its table under temporary names. Where the run has a counted record
//     already, a copy of it, marked superseded, goes to .attempts, its log too, and its table is removed. Then the new
//     record takes its name by one rename. That rename is the commit: before it the old record counts (or none), after it
//     the new one, and at no instant both or half of one. Then the log and the table take their names, and the journal
//     gets its line.
//  3. Keep writes a record into .attempts; then the journal gets its line. Evidence is never overwritten.
//
// What Commit does after its rename follows from the record alone. Where it was cut short, Open does it: it moves the log,
// writes a table that is missing, removes a superseded copy of a record that still counts, removes temporary files, and
// appends the lines that the journal lacks. An attempt that was started and left nothing behind is no matter of mending: it
// is in Unfinished, and whoever opened the journal decides whether it is lost (Lose) or is still coming. The process that
// started it had the lock, so it is gone; its number says nothing any more and is never looked up. The boot that it noted
// says whether the machine was restarted since (Fate).
//
// A process that ended well wrote an end. Where the last one did not, Index.CutShort says so, so that somebody opens the
// journal even if nothing is left to measure.
//
// # The tail of the journal
//
// A line that is not a whole event, wherever it stands, is set aside into journal.jsonl.bad-N before the journal is
// replaced by its whole lines. No whole line is ever dropped, even one that lacks only its line break. A write that fails
// is taken back at once; where that fails too, or a sync fails (what is on the disk is then unknown), the journal takes
// nothing more until it is opened again.
//
// # What a plan reads
//
// The journal, and no record that is as it was committed. The line of a record that counts has its hash, and the size and the
// time of modification of its file. While the file has both, an Index answers from the line. Where it has not, since somebody
// copied the folder, restored a file or altered one, or where the journal has no line for it, the record is read. So the
// journal may be deleted, or the folder be moved to another machine: that costs a plan time, and changes none of its answers.
//
// # What was measured
//
// The line of a record that counts has the SHA-256 of its file, too: its seal. Whoever reads the record for what was measured (Records, All)
// has the file held against it, and so has an Index that can't take a file at its word. One that breaks its seal was altered, and so was
// one that says that it is an attempt which the journal has not counted, where it has others there. It comes
// with an AlteredError, or an Entry that says so, and has no part in a result. No mending makes it whole; what takes its place keeps it as
// evidence that is marked. A record without a seal, since the journal is lost or was
// written by an earlier version, is taken as it is. The seal is no signature: who alters the journal as well is not found out.
//
// # What is kept in memory
//
// Of a run that counted since the journal was opened, nothing: the record has the number of its attempt. Of one that counted earlier, or
// does not, some 75 bytes for the number, since a record may be deleted or restored by hand. Files are read line by line and folder by
// folder; a journal that has to be mended is read whole.
//
// # What is refused
//
// A second writer (InUseError: the lock is the kernel's, so that of a dead process is gone with it); whatever is to be written once the
// lock's file or the folder was taken away, since another may write there then (LostError); a result of an attempt
// that was never started, or that a later start has overtaken (ErrOutdated); a number that JSON does not have; a record
// that does not lie where it says, was cut, or has a later schema (SchemaError, which names the version of bench that reads
// it). Every earlier schema is read. Such a record is an error that names its file; it is
// never skipped where its run is planned, since a sweep would then measure again what it has, or count it twice. Whoever knows the plan
// may pass over one elsewhere: RecordError.Place says where it lies. Open leaves it as it is.
//
// The package does no more than that: it does not decide what is stale, what is tried again, or what a result means, and
// it measures nothing.
package journal

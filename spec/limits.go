package spec

// What a spec may have at most, and why: README.md shows this file as a table. A comment says what is bounded and, behind a colon, the
// reason; the one behind a number is its unit. What only bounds an effort, so that a spec is taken all the same, stands where that is made.

// Files, and how deep they nest. HCL's parser and evaluator recurse, and Go can't catch a stack that overflows.
const (
	// A file of a spec, of values or of a lock, or one that a function reads: it is kept in memory, and looked at more than once.
	MaxFile = 4 << 20 // bytes

	// Words, numbers, ends of lines and other signs of a file, together: HCL needs up to 1 KB of memory for each.
	maxSymbols = 1_000_000

	// Brackets, and blocks, that are open at once, and levels of a value: each is a level of the parser, or of what goes through the value.
	maxDepth = 500

	// Operators, indexes and template directives in the expression of one attribute: they cost the parser less than a bracket does, and
	// operators in a row are what a long sum is made of.
	maxOperators = 10_000

	// Parts of expressions inside one another, through the calls of functions: each takes up to 4 KiB of a stack of 1 GiB.
	maxLevels = 50_000

	// Exponent of a number: 1e999999999 is quickly read, and has a thousand million digits when it is written.
	maxExponent = 400

	// Mistakes, and warnings, that are told at once: nobody reads more.
	maxMistakes = 100
)

// What a module is made of.
const (
	// Name of a block, or key of an instance: it becomes part of the names of files.
	maxIdentifier = 64 // bytes

	// Blocks that one `for_each` gives: each is read and checked as if it were written out, and a matrix is made for more.
	maxInstances = 10_000

	// Steps of a workload: each is checked against all of the others.
	maxSteps = 1000

	// Configurations of a matrix: each is looked at before anything runs, and that should take seconds.
	maxCells = 100_000

	// Runs of an experiment: a plan keeps every run in memory, a few bytes of each.
	maxRuns = 10_000_000

	// Name of a configuration: it is a folder's name, of which file systems take 255 bytes, and messages show it. The end of a longer one
	// gives way to a hash.
	maxName = 120 // bytes

	// Form of a value in that name: the other axes need room there, too. The end of a longer one gives way to a hash.
	maxCode = 60 // bytes

	// Length that a distribution is around, or ends at: a text of so many has some 40 MB.
	maxTokens = 10_000_000 // tokens
)

// Values. One that others are made of may not grow without bounds: thirty locals that each hold the one before twice are a thousand
// million.
const (
	// Elements of a branch of a condition, beyond which the other one has no say in the type: HCL finds a type for two lists of 20 000
	// objects in 3 s, and four times as long for twice as many.
	maxUnified = 1000

	// Elements of a value, with those inside them: each takes some 100 bytes of memory, and more where it is converted.
	maxElements = 1_000_000

	// Texts in a value, together, and the text that a function gives: it is copied wherever it goes.
	maxText = 16 << 20 // bytes

	// Binary exponent of a number that was computed: one that is larger has more than a thousand digits.
	maxBits = 4096

	// Rounds, elements and pieces of text that the loops of one expression give, all told: HCL goes through loops to their end.
	maxWork = 1_000_000

	// Elements and pieces of text that functions and comparisons read in the loops of one expression, all told: a function may go through a
	// long list in each round. What reads or writes JSON, YAML, CSV or sets counts eight times.
	maxRead = 10_000_000

	// All that the expressions of a module make and read, as it is counted in loops: a spec should be checked in seconds.
	maxTotal = 20_000_000

	// All that is made and read for the configurations of a module, where each attribute counts for two at least: a matrix has up to 100 000.
	maxVarying = 20_000_000

	// A piece of text that counts as much there as an element: a text costs time as well.
	pieceOfText = 64 // bytes

	// Calls of the module's own functions that come of one expression: ten functions that call two of the next each are a thousand calls.
	maxCalls = 100_000
)

// Functions of the language.
const (
	// Numbers that `range` gives: each takes some 100 bytes, and a loop that goes through them is work.
	maxRange = 100_000

	// Arguments of a function that compares the type of each with that of every other: the time grows with the square of their number.
	maxArguments = 10_000

	// Sets of a call times the elements of all of them: each of them is copied for every other.
	maxCopied = 10 * maxElements

	// Width and precision in a `format`: so many bytes are written for each.
	maxWidth = 999

	// Spaces of an `indent`: so many are written for each line.
	maxIndent = 1000

	// Text that is read as a number: the time that takes grows with the square of its length.
	maxDigits = 1000 // bytes

	// States of a pattern times the length of the text that it is matched with: the time that a match may take grows with it.
	maxMatching = 1 << 28

	// Text that is read as YAML: its parser makes a tree of it, of many times the size.
	maxYAML = 1 << 20 // bytes

	// Brackets in YAML: its parser takes time for each that is open.
	maxBrackets = 10_000

	// Aliases in YAML times the length of a text with merges: what is merged is copied.
	maxMerged = 1 << 24
)

// What is typed and shown.
const (
	// An expression that is typed at the console: data belong into files, which file() reads.
	MaxExpression = 1 << 20 // bytes

	// What is written of a value: nobody reads more. The rest is left out.
	maxShown = 16 << 20 // bytes
)

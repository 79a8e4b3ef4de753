package reaper

// Variable is the name in the environment that holds a Mark.
const Variable = "BENCH_RUN"

// A Mark says whose a process is. Folder and By hold no spaces.
type Mark struct {
	Of     string // what it was started for: the attempt at a run, or the server
	Folder string // of the experiment, as FolderID gives it
	By     string // the bench that started it, as Self gives it
}

// String is the value of the variable.
func (m Mark) String() string { return m.Of + " in " + m.Folder + " by " + m.By }

// Env is the entry of an environment.
func (m Mark) Env() string { return Variable + "=" + m.String() }

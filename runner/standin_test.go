package runner

// standFor is the variable that has this test binary stand for another program.
const standFor = "STAND_FOR"

// parts are what it can stand for. Each gives an exit code.
var parts = map[string]func() int{"bench": applyAsBench}

server "emulator" {}

agent "go" "fast" {
  builtin = "workflow"
}

bench "x" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  agent    = agent.go
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
}

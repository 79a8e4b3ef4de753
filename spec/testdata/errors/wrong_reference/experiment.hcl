agent "go" {
  builtin = "workflow"
}

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = agent.go
  workload = workload.review
  model    = "m"

  agent = workload.review
}

experiment "text" {
  server   = "server.emulator.ref"
  workload = workload.review
  model    = server.emulator.ref
}

experiment "varies" {
  server   = matrix.agent
  workload = workload.review
  model    = "m"

  matrix {
    agent = [agent.go]
  }
}

analysis "sweep" {
  of = experiment.text

  metric "throughput" {}
}

report "sweep" {
  template = "tr-single"
  analyses = [experiment.text, analysis.sweep]
  output   = "a.md"
}

analysis "empty" {
  of = []

  metric "throughput" {}
}

agent "go" {
  builtin = "workflow"
}

agent "other" {
  builtin = "workflow"
}

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    agent = [agent.go, agent.other]
  }

  agent = matrix.agent

  baseline "default" {
    options = {}
  }
}

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
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    agent   = [agent.go]
    num_ctx = [256, 512]
  }

  agent   = matrix.agent
  options = merge({ top_k = 40 }, matrix)
}

experiment "again" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  options = {
    num_ctx = 256
    agent   = agent.go
    nested  = { a = 1 }
    stops   = ["a", ["b"]]
  }
}

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = ""

  repeats = null
  agent   = null
}

experiment "again" {
  server   = null
  workload = workload.review
  model    = "m"
}

server "ollama" "main" {
  url     = ""
  command = ["ollama", ""]
}

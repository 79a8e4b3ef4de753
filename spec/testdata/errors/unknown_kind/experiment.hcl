server "olama" "main" {
  url = "http://127.0.0.1:11434"
}

target "kubernetes" "pod" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.ollama.main
  target   = target.local.here
  workload = workload.review
  model    = "m"
}

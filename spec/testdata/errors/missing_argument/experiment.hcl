server "ollama" "main" {}

agent "go" {}

workload "review" {
  ingest "corpus" {}

  step "analysis" {}

  score "sections" {}

  valid {}
}

experiment "sweep" {}

report "sweep" {}

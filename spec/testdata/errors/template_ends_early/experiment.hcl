workload "review" {
  step "analysis" {
    prompt = templatefile("prompts/analysis.tmpl", { corpus = "text" })
  }
}

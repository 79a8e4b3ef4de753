server "emulator" "ref" {
  tokens_per_seconds = 100
}

workload "review" {
  step "analysis" {
    promt = "Analyse this."
  }

  step "report" {
    prompt = "Report on ${step.analysis.response}"
    colour = "red"
  }
}

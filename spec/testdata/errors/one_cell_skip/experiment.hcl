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
    num_gpu = [60, 80]

    skip {
      when   = { "60" = true }[matrix.num_gpu]
      reason = "does not fit the card"
    }
  }
}

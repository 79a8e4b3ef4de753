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

  repeats = 1000000
  warmup  = 1

  matrix {
    num_ctx = range(9)
  }

  baseline "default" {
  }
}

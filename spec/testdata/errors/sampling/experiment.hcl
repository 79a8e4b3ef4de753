server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "few" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  repeats  = 5

  sampling {
    until       = metrics.thruput.ci_rel < 0.005
    max_repeats = 3
  }
}

experiment "endless" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  sampling {
    until = metrics.throughput.ci_ref < 0.005
  }
}

experiment "number" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  repeats  = metrics.throughput.n

  sampling {
    until       = metrics.throughput.ci_rel
    max_repeats = 9
  }
}

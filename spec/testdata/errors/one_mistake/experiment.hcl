server "emulator" "ref" {}

workload "review" {
  step "a" {
    prompt = "x"
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    num_gpu = [60, 120]

    exclude { num_gpu = 120 }
  }
}

analysis "sweep" {
  of = [experiment.sweep]

  metric "throughput" {}
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = reports/q.md
}

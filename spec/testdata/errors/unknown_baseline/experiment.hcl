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

  baseline "default" {
    options = {}
  }
}

experiment "bare" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
}

analysis "sweep" {
  of       = [experiment.sweep]
  baseline = "defautl"

  metric "throughput" {}
}

analysis "bare" {
  of       = [experiment.bare]
  baseline = "default"

  metric "throughput" {}
}

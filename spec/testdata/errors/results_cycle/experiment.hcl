server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "first" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  options  = analysis.second.best.factors

  matrix {
    num_ctx = [256, 512]
  }
}

experiment "second" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  options  = merge(analysis.first.best.factors, { top_k = 40 })
}

experiment "itself" {
  server   = server.emulator.ref
  workload = workload.review
  model    = analysis.itself.best.name
}

analysis "first" {
  of = [experiment.first]

  metric "throughput" {}
}

analysis "second" {
  of = [experiment.second]

  metric "throughput" {}
}

analysis "itself" {
  of = [experiment.itself]

  metric "throughput" {}
}

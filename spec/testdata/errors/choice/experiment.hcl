server "emulator" "ref" {
  fault {
    kind = "http500"
    rate = 0.1
  }
}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  order = "interleavd"

  isolation {
    model = "cold"
  }
}

analysis "sweep" {
  of   = [experiment.sweep]
  unit = "step"

  metric "throughput" {
    better = "up"
    test   = "permutation"
    stat   = "p95"
  }
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "a.md"
  formats  = ["md", "pdf"]
}

report "none" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "b.md"
  formats  = []
}

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

workload "second" {
  stp "analysis" {
    prompt = "Analyse this."
  }

  step "report" {
    prompt = "Report on ${step.analysis.response}"
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  basline "default" {
    options = {}
  }
}

analysis "sweep" {
  of       = [experiment.sweep]
  baseline = "default"

  metrik "throughput" {}
}

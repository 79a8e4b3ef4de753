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

  retry {
    backoff {
      initial = "1s"
      max     = "30ms"
    }
  }
}

experiment "long" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  retry {
    backoff {
      initial = "1h"
    }
  }
}

analysis "sweep" {
  of = [experiment.sweep]

  metric "throughput" {}
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "reports/sweep.md"
  formats  = ["md", "md"]
}

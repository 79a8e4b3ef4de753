server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "mixed" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  options  = { num_ctx = 256 }

  member "collector" {
    server   = server.emulator.ref
    workload = workload.review
  }

  member "collector" {
    server   = server.emulator.ref
    workload = workload.review
  }

  member "in sight" {
    server   = server.emulator.ref
    workload = workload.review
  }

  member "insight" {
    workload = workload.review
  }

  baseline "default" {}
}

experiment "alone" {
  server     = server.emulator.ref
  workload   = null
  model      = "m"
  solo       = true
  contention = member.a.ttft > 1
}

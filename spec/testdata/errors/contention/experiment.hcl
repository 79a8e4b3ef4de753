server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "together" {
  model      = "m"
  contention = member.insigt.ttft > 1.5 * solo.insight.ttft

  member "insight" {
    server   = server.emulator.ref
    workload = workload.review
  }
}

experiment "again" {
  model      = "m"
  solo       = true
  contention = member.insight.tfft > 1.5 * solo.insight.ttft

  member "insight" {
    server   = server.emulator.ref
    workload = workload.review
  }
}

experiment "third" {
  model      = "m"
  solo       = true
  contention = member.insight.ttft

  member "insight" {
    server   = server.emulator.ref
    workload = workload.review
    options  = member.insight
  }
}

server "emulator" "ref" {
  ttft = "-10ms"

  timeouts {
    connect = "-1s"
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

  timeout = "-5m"

  isolation {
    cooldown = "-2s"
  }
}

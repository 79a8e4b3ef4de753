server "emulator" "ref" {}

agent "rust" {
  builtin = "workflow"
}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  agent    = agent.rsut
  server   = server.emulatr.ref
  workload = workload.code
  target   = target.local.here
  model    = "m"
}

experiment "again" {
  server   = server.emulator.reff
  workload = worklod.review
  model    = gemma3
}

analysis "sweep" {
  of = [experiment.swep, dataset.published]

  metric "throughput" {}
}

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

  options {
    num_ctx = 256
  }

  isolation = "unload"

  baseline "default" {
    options {}
  }
}

locals = { a = 1 }

locals {
  b {
    c = 1
  }
}

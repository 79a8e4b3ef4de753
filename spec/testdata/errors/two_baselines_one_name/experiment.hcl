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

  matrix {
    x = [1, 2]
  }

  options = matrix

  baseline "a" {
    options = {}
    paired  = true
  }

  baseline "a_x1" {
    options = {}
  }
}

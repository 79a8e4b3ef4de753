server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review

  matrix {
    num_gpu = [60, 80]
    model   = ["small", ""]
  }

  model = matrix.model
}

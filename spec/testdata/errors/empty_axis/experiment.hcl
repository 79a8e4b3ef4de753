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
    num_gpu = []
    num_ctx = [256, 512]
  }

  options = { num_gpu = matrix.num_gpu, num_ctx = matrix.num_ctx }
}

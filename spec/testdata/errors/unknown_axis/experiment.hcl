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
    num_gpu = [60, 80]

    exclude {
      when = matrix.num_gpus == 80
    }
  }

  options = { num_gpu = matrix.num_gp, num_ctx = matrix.num_ctx }
}

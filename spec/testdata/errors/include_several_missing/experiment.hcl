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
    num_gpu     = [60, 80]
    num_ctx     = [256, 512]
    temperature = [0.6, 0.8]

    include {
      num_gpu = 999
    }
  }
}

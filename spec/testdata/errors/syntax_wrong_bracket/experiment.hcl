server "emulator" "ref" {}

workload "review" {
  step "a" {
    prompt = "x"
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    num_ctx = [256, 512}
    temp    = [0.6, 0.8]]
  }

  labels  = gpu = "emulated" }
  options = }
  repeats = "three"
}

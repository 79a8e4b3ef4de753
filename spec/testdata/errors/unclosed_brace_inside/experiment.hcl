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
    num_ctx = [256, 512]
    temp    = [0.6]

    include {
      num_ctx = 1024
      temp    = 0.8
  }

  options = matrix

  baseline "default" {
    options = { num_ctx = 256
  }

  repeats = "three"
}

experiment "again" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    num_ctx = [256, 512]

  options = {
    num_ctx = matrix.num_ctx
  repeats = "three"
}

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

  title "Two agents at once"
  options {
    num_ctx = 1
  }

  matrix = {
    num_ctx = [256, 512]
  }
}

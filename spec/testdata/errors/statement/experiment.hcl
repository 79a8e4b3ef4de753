server "emulator" "ref" {}

workload "review" {
  if "long" {
    step "a" {
      prompt = "x"
    }
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review

  if "small" {
    model = "m"
  }
}

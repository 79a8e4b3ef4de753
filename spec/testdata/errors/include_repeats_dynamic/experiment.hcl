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

    dynamic "include" {
      for_each = [999, 998, 999]

      content {
        num_gpu = include.value
      }
    }
  }
}

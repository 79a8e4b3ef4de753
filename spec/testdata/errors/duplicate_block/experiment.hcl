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
    num_gpu = [60]
  }

  matrix {
    num_ctx = [256]
  }

  isolation {
    model = "keep"
  }

  isolation {
    model = "warm"
  }
}

bench {}
bench {}

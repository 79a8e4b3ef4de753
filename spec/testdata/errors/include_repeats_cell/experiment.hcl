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
      when = matrix.num_gpu == 80
    }

    include {
      num_gpu = 80
    }

    include {
      num_gpu = 60
    }
  }
}

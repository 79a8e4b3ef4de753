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
    num_ctx = [256, 512]

    include {
      num_gpu = 999
    }

    include {
      num_gpus = 999
      num_ctx  = 2048
    }

    include {
      num_gpu = "all"
      num_ctx = 2048
    }

    include {
      num_gpu     = 999
      num_ctx     = 2048
      temperature = 0.8
    }
  }
}

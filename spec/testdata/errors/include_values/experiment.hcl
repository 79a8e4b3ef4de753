variable "key" {
  default   = 9
  sensitive = true
}

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
    num_gpu = [60, "all"]
    num_ctx = [256]

    include {
      num_gpu = { a = 1 }
      num_ctx = var.key
    }

    include {
      num_gpu = 70
      num_ctx = nope
    }

    include {
      num_gpu = null
      num_ctx = 512
    }
  }
}

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
    size = [{ name = "small", num_ctx = 256 }, { name = "large", num_ctx = 1024 }]
    card = [{ name = "", gpu = 1 }]
    gpu  = [{ name = "a" }, { name = "a" }]
    none = [{ nam = "a" }]
  }

  options = { num_ctx = matrix.size.num_ctxt }
}

experiment "whole" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    size = [{ name = "small", num_ctx = 256 }, { name = "large", num_ctx = 1024 }]
  }

  options = matrix
}

server "emulator" "ref" {}

workload "review" {
  step "a" {
    prompt = "x"
  }
}

variable "model" {
  default = "m"
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  if var.model == "small" {
    solo    = true
    repeats = "three"
  } else {
    solo = false
  }

  for x in [1, 2] {
    matrix {
      num_ctx = [x]
    }
  }

  while solo {}
  options = { num_ctx = matrix.num_ctx }
}

workload "write" {
  if "yes" {
    step "a" {}
  }
}

#! experiment.hcl text.hcl.json
variable "model" {
  default = "m"
}

locals {
  opts  = { top_p = 0.9 }
  model = model
}

agent "go" {
  builtin = "workflow"
}

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  agent    = go
  server   = emulator.ref
  workload = workload.review
  model    = model

  matrix {
    num_gpu = [60, 120]

    exclude {
      when = num_gpu == 120
    }
  }

  options = merge(opts, matrix)
}

experiment "text" {
  agent    = "go"
  server   = "emulator.ref"
  workload = "workload.reviews"
  model    = "m"
}

analysis "sweep" {
  of = [sweep]

  metric "throughput" {}
}

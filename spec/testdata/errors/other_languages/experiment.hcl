variable "count" {
  type = int
}

variable "name" {
  type = str
}

locals {
  model   = "gemma3"
  joined  = "model " + local.model
  lists   = [1] + [2]
  none    = None
  truth   = True
  not     = not(true)
  modulo  = "a" % 2
}

workload "review" {
  step "a" {
    prompt = "x"
  }
}

server "emulator" "ref" {}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
}

analysis "sweep" {
  of = [experiment.sweep]

  metric "throughput" {}
}

check "fast" {
  condition = analysis.sweep.throughput.all.mean > 1

  error_message = "slow"
}

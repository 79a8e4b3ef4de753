variable "model" {
  type = string
}

variable "size" {
  typ = number
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = var.model
  repeats  = var.size
}

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

#! -var model=

variable "model" {
  type = string

  validation {
    condition     = length(var.model) > 0
    error_message = "model must not be empty"
  }
}

variable "repeats" {
  default = 1

  validation {
    condition     = var.repeats >= var.least
    error_message = "at least ${var.least} repeats are needed"
  }
}

variable "least" {
  default = 3

  validation {
    condition     = "often"
    error_message = "never said"
  }
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
  model    = var.model
}

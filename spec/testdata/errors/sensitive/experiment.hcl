#! -var key=hunter2

variable "key" {
  type      = string
  sensitive = true

  validation {
    condition     = length(var.key) > 20
    error_message = "the key ${var.key} is too short"
  }
}

variable "token" {
  type      = string
  default   = "ok"
  sensitive = true
}

locals {
  header = "Bearer ${var.token}"
}

server "emulator" "ref" {
  models = ["a", local.header]
}

workload "review" {
  step "analysis" {
    prompt = "Use ${var.token}"

    extract {
      same = self.response == var.token
    }
  }

  valid {
    condition     = true
    error_message = local.header
  }
}

experiment "sweep" {
  title    = local.header
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    key = [var.token]

    include {
      key = var.token
    }
  }

  options = { key = var.token }
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "a.md"
  vars     = { key = local.header }
}

analysis "sweep" {
  of = [experiment.sweep]

  metric "ttft" {}
}

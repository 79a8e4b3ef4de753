variable "model" {
  default = "a"
}

variable "model" {
  default = "b"
}

locals {
  x = 1
}

locals {
  x = 2
}

server "emulator" "ref" {}
server "emulator" "ref" {}

agent "go" {
  builtin = "workflow"
}

agent "go" {
  builtin = "workflow"
}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }

  step "analysis" {
    prompt = "Analyse that."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = var.model

  matrix {
    num_gpu = [60]

    axis "num_gpu" {
      values = [80]
    }
  }

  baseline "default" {}
  baseline "default" {}
}

analysis "sweep" {
  of = [experiment.sweep, experiment.sweep]

  metric "ttft" {}
  metric "ttft" {}
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "reports/a.md"
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "reports/a.md"
}

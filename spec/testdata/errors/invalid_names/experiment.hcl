agent "my agent" {
  builtin = "workflow"
}

variable "0" {
  default = 1
}

workload "review" {
  step "first step" {
    prompt = "Analyse this."
  }

  step "report" {
    prompt = "Report on ${step.first_step.response}"
  }
}

experiment "sweep" {
  agent    = agent.my_agent
  server   = server.emulator.ref
  workload = workload.review
  model    = var.zero

  baseline "a/b" {
    options = {}
  }
}

server "emulator" "ref" {}

variable "limit" {
  default = local.limit
}

locals {
  limit = step.analysis.output_tokens
}

workload "review" {
  step "analysis" {
    prompt = "With ${matrix.num_ctx} of ${self.response} by ${agent.go}"
  }
}

server "emulator" "ref" {
  load_time = "${each.value}ms"
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = step.analysis.response
  options  = { num_ctx = matrix.num_ctx }
}

experiment "again" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    num_gpu = [60, 80]
    num_ctx = [matrix.num_gpu]
  }

  repeats = matrix.num_gpu

  baseline "default" {
    options = { num_gpu = matrix.num_gpu }
  }
}

dataset "published" {
  path = "rows.json"
  rows = [row.a]

  metrics {
    throughput = self.response
  }
}

locals {
  sizes = [256 512]
  half  = 0.5 +
  third = 1 / 3
}

server "emulator" "ref" {
  ttft = "10ms
  tokens_per_second = max((50)
}

agent "go" {
  builtin = "workflow"
  speed   =
}

workload "review" {
  step "a" {
    prompt = "Sizes: ${local.sizes
  }

  step "b" {
    prompt = <<EOT
No end.
EOT
    max_tokens = "many"
  }
}

experimnt "sweep" {}

experiment "sweep" {
  agent    = agent.goo
  server   = server.emulator.ref
  workload = workload.review
  model    = local.thirt

  matrix {
    num_ctx = local.sizes
  }

  options = { num_ctx = matrix.num_ctx, a = matrix.num_gpu }
}

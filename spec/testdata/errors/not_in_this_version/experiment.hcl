server "openai" "vllm" {
  url = "http://127.0.0.1:8000/v1"
}

target "slurm" "cluster" {
  partition = "gpu"
}

agent "rust" {
  command = ["./agent"]

  build {
    command = ["cargo", "build"]
  }
}

workload "load" {
  prompts {
    path = "prompts.jsonl"
  }

  load {
    rate = 8
  }
}

experiment "sweep" {
  for_each = { a = 1 }
  agent    = agent.rust
  server   = server.openai.vllm
  workload = workload.load
  target   = target.slurm.cluster
  model    = "m"

  sampling {
    until = metrics.throughput.ci_rel < 0.005
  }

  isolation {
    memory = "2GiB"
  }
}

check "steady" {
  condition = analysis.sweep.metrics.throughput.all.cv < 0.02
}

claim "faster" {}

function "double" {
  params = [x]
  result = x * 2
}

comparison "both" {}

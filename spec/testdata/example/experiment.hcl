# Every block of the language in one module. fields.txt says which Go field each of its attributes becomes.

bench {
  required_version = ">= 0.1.0"
}

variable "model" {
  type        = string
  default     = "gemma3:latest"
  description = "Model under test."

  validation {
    condition     = length(var.model) > 0
    error_message = "model must not be empty"
  }
}

variable "api_key" {
  type      = string
  default   = ""
  sensitive = true
}

locals {
  chimera = { top_p = 0.9, top_k = 40, repeat_penalty = 1.1 }
}

# Servers: one that bench starts itself, one that runs already, and the embedded one, whose effect and fault are planted.
server "ollama" "main" {
  url     = "http://127.0.0.1:11434"
  command = ["ollama", "serve"]
  env     = { OLLAMA_NUM_PARALLEL = "1" }

  ready {
    path    = "/api/version"
    timeout = "30s"
  }

  timeouts {
    connect     = "10s"
    first_token = "2m"
    idle        = "30s"
  }
}

server "openai" "vllm" {
  url     = "http://127.0.0.1:8000/v1"
  api     = "chat"
  api_key = var.api_key
  metrics = "http://127.0.0.1:8000/metrics"
}

server "emulator" "reference" {
  seed              = 7
  load_time         = "250ms"
  ttft              = "40ms"
  tokens_per_second = 400
  jitter            = 0.004

  effect {
    when              = { num_ctx = 1024 }
    tokens_per_second = "+2%"
  }

  fault {
    kind = "reset"
    rate = 0.01
  }
}

# Agents: the one inside bench, a program that is built first, and a script whose calls are watched.
agent "go" {
  builtin = "workflow"
}

agent "rust" {
  command = ["./agents/rust/target/release/bench-agent"]

  build {
    command = ["cargo", "build", "--release", "--locked"]
    dir     = "agents/rust"
  }
}

agent "python" {
  command = ["python3", "agents/python/agent.py"]
  witness = true
}

# Steps, each of which may use what those above it were answered.
workload "review" {
  ingest "corpus" {
    paths     = ["data/**/*.csv", "data/**/*.json", "data/**/*.md"]
    min_files = 1
    max_bytes = "1MiB"
  }

  step "analysis" {
    prompt     = templatefile("prompts/analysis.tmpl", { corpus = ingest.corpus })
    max_tokens = 512

    extract {
      findings = regexall("(?m)^[-*] .*", self.response)
    }
  }

  step "report" {
    prompt     = "Write a report from:\n${join("\n", step.analysis.extract.findings)}"
    max_tokens = 1024
  }

  score "sections" {
    value  = length(regexall("(?m)^#+ ", step.report.response))
    better = "higher"
  }

  valid {
    condition     = alltrue([for s in step : s.output_tokens >= 20])
    error_message = "an answer of under 20 tokens"
  }
}

# The same call many times, as a load on the server.
workload "chat_load" {
  prompts {
    path   = "data/prompts.jsonl"
    column = "prompt"
    salt   = true
  }

  load {
    arrival     = "poisson"
    rate        = 8
    concurrency = 64
    duration    = "60s"
    warmup      = "10s"
  }

  slo {
    ttft = "200ms"
    tpot = "20ms"
  }
}

# Machines.
target "local" "workstation" {
  parallelism = 1
  cpus        = "0-3"
  labels      = { gpu = "RTX 4080 12GB" }

  require {
    gpu_memory = "10GiB"
    disk       = "5GiB"
  }
}

target "ssh" "lab" {
  host        = "lab1"
  config_file = "~/.ssh/config"
  dir         = "/var/tmp/bench"
}

target "slurm" "cluster" {
  partition     = "gpu"
  time_limit    = "30m"
  gres          = "gpu:1"
  array_limit   = 64
  runs_per_task = 10
  extra         = ["--account=tr"]
}

# A sweep over three axes against a baseline.
experiment "tr111" {
  title    = "Rust agent performance"
  agent    = agent.rust
  server   = server.ollama.main
  target   = target.local.workstation
  workload = workload.review
  model    = var.model

  matrix {
    num_gpu     = [60, 80, 120]
    num_ctx     = [256, 512, 1024]
    temperature = [0.6, 0.8]

    exclude {
      when = matrix.num_gpu == 120 && matrix.num_ctx == 256
    }

    include {
      num_gpu     = 999
      num_ctx     = 2048
      temperature = 1.0
    }

    skip {
      when   = matrix.num_gpu == 999 && var.model == "huge"
      reason = "does not fit the card"
    }
  }

  options = merge(local.chimera, matrix)

  baseline "default" {
    options = {}
    paired  = false
  }

  repeats = 3
  warmup  = 1
  order   = "interleaved"
  seed    = 111
  timeout = "5m"

  sampling {
    until       = metrics.throughput.ci_rel < 0.005
    max_repeats = 50
  }

  isolation {
    model    = "unload"
    cooldown = "2s"
    memory   = "2GiB"
  }

  retry {
    attempts = 3
    on       = ["connect", "timeout", "server_error", "infrastructure"]

    backoff {
      initial = "1s"
      factor  = 2
      max     = "30s"
      jitter  = 0.2
    }
  }
}

# Two agents on the same work: the agent is an axis.
experiment "tr112" {
  title    = "Rust and Python agents on the same work"
  agent    = matrix.agent
  server   = server.ollama.main
  target   = target.local.workstation
  workload = workload.review
  model    = var.model

  matrix {
    agent = [agent.rust, agent.python]

    axis "num_gpu" {
      values = [60, 80, 120]
      label  = "gpu"
    }
  }

  options = { num_gpu = matrix.num_gpu }
  repeats = 5
}

# Two agents on one machine at the same time.
experiment "tr114" {
  title  = "Two agents at once"
  target = target.local.workstation
  model  = var.model

  matrix {
    scenario = ["mixed", "same"]
    num_gpu  = [80, 120]
  }

  member "collector" {
    agent    = agent.go
    server   = server.ollama.main
    workload = workload.review
    options  = { num_gpu = matrix.scenario == "same" ? matrix.num_gpu : null }
  }

  member "insight" {
    agent    = agent.go
    server   = server.ollama.main
    workload = workload.review
    options  = { num_gpu = matrix.num_gpu }
  }

  solo       = true
  contention = member.insight.ttft > 1.5 * solo.insight.ttft
  repeats    = 3
}

# What came out best, measured again. It waits for the analysis.
experiment "confirm" {
  title    = "The best setting again, with enough repeats to be sure"
  agent    = agent.rust
  server   = server.ollama.main
  target   = target.local.workstation
  workload = workload.review
  model    = var.model
  options  = merge(local.chimera, analysis.tr111.best.factors)
  repeats  = 20

  baseline "default" {
    options = {}
  }
}

# Rows of an earlier study: each file holds one of either arm.
dataset "published" {
  path   = "data/rust-sweep/*.json"
  format = "json"

  rows = [
    { arm = "default", of = file.baseline },
    { arm = null, of = file.chimera },
  ]

  factors {
    num_gpu     = file.chimera.configuration.num_gpu
    num_ctx     = file.chimera.configuration.num_ctx
    temperature = file.chimera.configuration.temperature
  }

  baseline = row.arm

  valid {
    condition     = row.of.aggregate_metrics.total_tokens_generated > 0
    error_message = "an answer without tokens"
  }

  metrics {
    throughput = row.of.aggregate_metrics.average_tokens_per_second
    ttft       = row.of.aggregate_metrics.average_ttft_ms * 1e6
    load       = row.of.aggregate_metrics.load_duration_ms * 1e6
  }
}

# Questions, and what follows from the answers.
analysis "tr111" {
  of         = [experiment.tr111]
  baseline   = "default"
  confidence = 0.95
  unit       = "run"

  metric "throughput" {
    better    = "higher"
    practical = "1%"
    test      = "welch"
  }

  metric "ttft_warm" {
    better    = "lower"
    practical = "5%"
    stat      = "median"
  }
}

comparison "rust_published" {
  left    = experiment.tr111
  right   = dataset.published
  pair_by = ["num_gpu", "num_ctx", "temperature"]
}

check "steady" {
  condition     = analysis.tr111.metrics.throughput.all.cv < 0.02
  error_message = "throughput CV is ${analysis.tr111.metrics.throughput.all.cv}"
  severity      = "error"
}

claim "tuning_helps" {
  statement      = "Tuned options raise throughput."
  supported_when = analysis.tr111.metrics.throughput.improvement.ci[0] > 0
  refuted_when   = analysis.tr111.metrics.throughput.improvement.ci[1] < 0
}

report "tr111" {
  template = "tr-single"
  analyses = [analysis.tr111]
  claims   = [claim.tuning_helps]
  output   = "reports/Technical_Report_111.md"
  formats  = ["md", "html"]
  vars     = { number = 111, author = "Research Team" }
}

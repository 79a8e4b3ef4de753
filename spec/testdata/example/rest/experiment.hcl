# What the module above this folder leaves out: every block with for_each, a function, and the attributes of rarer use.

variable "limit" {
  default  = null
  nullable = true
}

variable "token" {
  default   = "not-a-real-token"
  sensitive = true
}

function "scaled" {
  params         = [base]
  variadic_param = factors
  result         = base * sum(concat([var.limit == null ? 1 : 0], factors))
}

server "ollama" "each" {
  for_each = { a = 11434, b = 11435 }
  url      = "http://127.0.0.1:${each.value}"
  api      = "chat"
}

server "openai" "each" {
  for_each = ["vllm"]
  url      = "http://127.0.0.1:8000/v1"
  command  = [each.value, "serve"]
  env      = { HF_HOME = "/models", HF_TOKEN = var.token }

  ready {
    path    = "/health"
    timeout = "5m"
  }

  timeouts {
    connect     = "1s"
    first_token = "1m"
    idle        = "20s"
  }
}

server "emulator" "each" {
  for_each      = ["fast"]
  output_tokens = 32
  models        = ["small", "large"]

  effect {
    when      = { num_ctx = 4096 }
    ttft      = "+10%"
    load_time = "-5%"
  }

  style {
    tokens_per_chunk = 2
    chunks_per_write = 3
    empty_first      = true
    thinking         = 4
    tool_calls       = 1
    usage            = "every"
    comments         = 5
    crlf             = true
    multi_byte       = true
    prefix_cache     = true
  }

  timeouts {
    connect     = "2s"
    first_token = "30s"
    idle        = "10s"
  }
}

agent "each" {
  for_each = ["workflow"]
  builtin  = each.value
}

workload "each" {
  for_each = { short = 64, long = 512 }

  prompts {
    synthetic {
      input_tokens  = "normal(${each.value}, 16)"
      output_tokens = 128
    }
  }

  load {
    requests   = 200
    cooldown   = "5s"
    think_time = "250ms"
  }

  slo {
    itl = "50ms"
    e2e = "10s"
  }
}

workload "replay" {
  step "answer" {
    prompt = "Say yes."
  }

  load {
    arrival = "trace"
    trace   = "times.txt"
  }
}

target "local" "each" {
  for_each    = ["desk"]
  parallelism = 2
}

target "ssh" "each" {
  for_each    = ["lab1", "lab2"]
  host        = each.value
  parallelism = 4
  cpus        = "0-7"
  labels      = { rack = 3 }

  require {
    gpu_memory = "24GiB"
    disk       = "10GiB"
  }
}

target "slurm" "each" {
  for_each = ["gpu"]
  cpus     = "0-15"
  labels   = { cluster = "tr" }

  require {
    gpu_memory = "80GiB"
    disk       = "1TiB"
  }
}

experiment "each" {
  for_each = workload.each
  model    = "small"

  matrix {
    size = [{ name = "half", num_ctx = scaled(2048) }, { name = "whole", num_ctx = scaled(2048, 1) }]
  }

  member "one" {
    server   = server.emulator.each["fast"]
    workload = each.value
    model    = "large"
    options  = { num_ctx = matrix.size.num_ctx }
  }
}

dataset "each" {
  for_each   = ["rows"]
  path       = "${each.value}.csv"
  started_at = row.at
  labels     = { machine = "desk" }

  metrics {
    throughput = tonumber(row.rate)
  }
}

analysis "each" {
  for_each = dataset.each
  of       = [each.value]
  seed     = 5

  metric "throughput" {}
}

comparison "each" {
  for_each = ["short"]
  left     = experiment.each[each.value]
  right    = dataset.each["rows"]
}

check "each" {
  for_each      = [0.05]
  condition     = analysis.each["rows"].metrics.throughput.all.cv < each.value
  error_message = "more than ${each.key}"
}

claim "each" {
  for_each       = { fast = 80, faster = 90 }
  statement      = "It is ${each.key}."
  supported_when = analysis.each["rows"].metrics.throughput.all.ci[0] > each.value
}

report "each" {
  for_each = analysis.each
  template = "tr-single"
  title    = "The rest"
  analyses = [each.value]
  output   = "reports/${each.key}.md"
  vars     = { best = analysis.each["rows"].best.name }

  calibration = "calibration.json"
}

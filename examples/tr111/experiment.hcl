# The study's sweep on a real Ollama: 18 configurations and the server's defaults, three runs each.
#
#   bench apply -var model=gemma3:latest examples/tr111/experiment.hcl
#
# As in the study, the model is unloaded before each run, so the loading time is part of the TTFT that a client sees; the
# report tells the two apart. `-var state=warm` loads it first instead, `-var state=keep` leaves the model as the last run
# left it.

bench {
  required_version = ">= 0.1.0"
}

variable "model" {
  type        = string
  default     = "gemma3:latest"
  description = "Model under test, as `ollama list` names it."
}

variable "url" {
  type        = string
  default     = "http://127.0.0.1:11434"
  description = "Address of the Ollama server."
}

variable "state" {
  type        = string
  default     = "unload"
  description = "State of the model before each run: keep, unload or warm."
}

variable "repeats" {
  type        = number
  default     = 3
  description = "Runs of each configuration."
}

variable "max_tokens" {
  type        = number
  default     = 256
  description = "Longest answer of a step."
}

locals {
  chimera = { top_p = 0.9, top_k = 40, repeat_penalty = 1.1 } # the same in every tuned configuration of the study
}

server "ollama" "main" {
  url = var.url

  timeouts {
    connect     = "10s"
    first_token = "2m"
    idle        = "30s"
  }
}

agent "go" {
  builtin = "workflow"
}

# The agent of the study: read a corpus and sum it up, have it analysed, and have a report written from what was parsed out
# of the analysis, not from its text verbatim.
workload "review" {
  ingest "corpus" {
    paths     = ["corpus/**/*.csv", "corpus/**/*.json", "corpus/**/*.md"]
    max_bytes = "1MiB"
  }

  step "analysis" {
    prompt     = templatefile("prompts/analysis.tmpl", { corpus = ingest.corpus })
    max_tokens = var.max_tokens

    extract {
      summary         = try(regex("(?is)summary[^\\n]*\\n(.*?)(?:\\n#|$)", self.response)[0], substr(self.response, 0, 400))
      findings        = slice(concat(regexall("(?im)^.*(?:finding|insight|key).*$", self.response), ["", "", "", "", "", "", "", "", "", ""]), 0, 10)
      recommendations = slice(concat(regexall("(?im)^.*(?:recommend|should).*$", self.response), ["", "", "", "", "", "", "", "", "", ""]), 0, 10)
    }
  }

  step "report" {
    prompt     = templatefile("prompts/report.tmpl", { analysis = step.analysis.extract, corpus = ingest.corpus })
    max_tokens = var.max_tokens
  }

  valid {
    condition     = alltrue([for s in step : s.output_tokens > 0])
    error_message = "an answer without tokens"
  }
}

target "local" "workstation" {
  parallelism = 1
}

experiment "tr111" {
  title    = "Rust agent performance study, told by the builtin agent"
  agent    = agent.go
  server   = server.ollama.main
  target   = target.local.workstation
  workload = workload.review
  model    = var.model

  matrix {
    num_gpu     = [60, 80, 120]
    num_ctx     = [256, 512, 1024]
    temperature = [0.6, 0.8]
  }

  options = merge(local.chimera, matrix)

  baseline "default" {
    options = {}
  }

  repeats = var.repeats
  order   = "interleaved"
  seed    = 111
  timeout = "10m"

  isolation {
    model = var.state
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

analysis "tr111" {
  of       = [experiment.tr111]
  baseline = "default"

  metric "throughput" {
    better    = "higher"
    practical = "1%"
  }

  metric "ttft_warm" {
    better    = "lower"
    practical = "5%"
  }

  metric "ttft" {
    better = "lower"
  }

  metric "load" {
    better = "lower"
  }

  metric "workflow_total" {
    better = "lower"
  }
}

report "tr111" {
  title    = "Technical Report 111"
  template = "tr-single"
  analyses = [analysis.tr111]
  output   = "reports/Technical_Report_111.md"
  formats  = ["md", "html"]
  vars     = { number = 111 }
}

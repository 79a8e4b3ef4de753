# A first experiment: does a smaller context window make an agent faster?
#
#   bench plan      shows what would run, and why
#   bench apply     runs it in a few seconds, and writes reports/first.md and reports/first.html
#
# It runs as it stands, with nothing installed: the server is an emulator inside bench, whose timing is known. See whether the
# report finds what was planted in it. Then make the experiment yours, in this order:
#
#   1. server       your Ollama in the place of the emulator
#   2. model        the model that you use
#   3. workload     your files in corpus/ and your prompts
#   4. matrix       the options that you want to compare
#
# After each change `bench plan` tells which runs are to be made again, and why.

# An input. `bench apply -var model=gemma3:latest` gives it another value.
variable "model" {
  type        = string
  default     = "emulated" # the emulator takes any name
  description = "Model under test, as the server calls it."
}

# Where inference happens. For a real Ollama put this block in the place of the next one, and say
# `server = server.ollama.main` in the experiment below:
#
#   server "ollama" "main" {
#     url = "http://127.0.0.1:11434"
#   }
server "emulator" "main" {
  seed              = 3
  load_time         = "30ms" # paid by the first request after num_ctx changed
  ttft              = "10ms" # time to the first token
  tokens_per_second = 900
  jitter            = 0.02 # noise of each gap between two tokens

  effect { # the planted truth: the smaller the window, the faster the decoding; temperature makes no difference
    when              = { num_ctx = 2048 }
    tokens_per_second = "+7%"
  }

  effect {
    when              = { num_ctx = 4096 }
    tokens_per_second = "+5%"
  }
}

# What one run does: it reads files and makes its calls, one after another. A step is one call; it may use the answers of those
# above it.
workload "review" {
  ingest "corpus" {
    paths = ["corpus/**/*.md", "corpus/**/*.csv"]
  }

  step "findings" {
    prompt     = templatefile("prompts/findings.tmpl", { corpus = ingest.corpus })
    max_tokens = 48
  }

  step "report" {
    prompt     = "Write a short report from these findings:\n${step.findings.response}"
    max_tokens = 48
  }
}

# What is measured: every configuration of the matrix, and the baseline. Each run is a process of its own; their order is
# interleaved, so that a machine that grows warm or busy does not favour one of them. What is left out has a default: the agent is
# the one inside bench, the target is this machine.
experiment "first" {
  title    = "Does a smaller context window make the agent faster?"
  server   = server.emulator.main
  workload = workload.review
  model    = var.model

  matrix { # 2 × 2 = 4 configurations
    num_ctx     = [2048, 4096]
    temperature = [0.2, 0.8]
  }

  options = matrix # sent to the server as they stand

  baseline "today" { # what the configurations are compared with; {} would be the server's own defaults
    options = { num_ctx = 16384 }
  }

  repeats = 5    # more of them show smaller differences
  timeout = "5m" # of one run

  isolation {
    model = "warm" # one discarded call first, so that no run pays for loading the model
  }
}

# Which question is asked of the runs. The first metric decides the answer.
analysis "first" {
  of       = [experiment.first]
  baseline = "today"

  metric "throughput" { # tokens per second
    better    = "higher"
    practical = "1%" # the smallest difference that matters to you
  }

  metric "ttft" { # time to the first token
    better    = "lower"
    practical = "5%"
  }
}

# What is written. Reports are worth committing; runs/, with a record of each run, is in .gitignore.
report "first" {
  template = "tr-single"
  analyses = [analysis.first]
  output   = "reports/first.md"
  formats  = ["md", "html"]
}

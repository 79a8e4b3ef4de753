# The quick start: the study's sweep of 18 configurations, three runs each, on the embedded emulator.
# Nothing needs to be installed; it takes about ten seconds.
#
#   bench apply examples/quickstart/experiment.hcl
#
# The emulator is a real HTTP server with planted timing, so the right answer is known: num_ctx = 1024 is 2 % faster,
# and nothing else makes a difference. See whether the report finds that, and no more than that.

bench {
  required_version = ">= 0.1.0"
}

server "emulator" "reference" {
  seed              = 7
  load_time         = "30ms" # paid by the first request after num_gpu or num_ctx changed
  ttft              = "10ms"
  tokens_per_second = 900
  jitter            = 0.02 # lognormal sigma of each gap between two tokens

  effect {
    when              = { num_ctx = 1024 }
    tokens_per_second = "+2%"
  }
}

agent "go" {
  builtin = "workflow"
}

# Read files, have them analysed, then have a report written from what the analysis found.
workload "review" {
  ingest "corpus" {
    paths     = ["corpus/**/*.csv", "corpus/**/*.json", "corpus/**/*.md"]
    max_bytes = "1MiB"
  }

  step "analysis" {
    prompt     = templatefile("prompts/analysis.tmpl", { corpus = ingest.corpus })
    max_tokens = 64

    extract {
      findings = regexall("(?m)^[-*] .*", self.response)
    }
  }

  step "report" {
    prompt     = "Write a report from these findings:\n${join("\n", step.analysis.extract.findings)}"
    max_tokens = 48
  }

  valid {
    condition     = alltrue([for s in step : s.output_tokens >= 20])
    error_message = "an answer of under 20 tokens"
  }
}

target "local" "here" {
  labels = { role = "quick start" }
}

experiment "quickstart" {
  title    = "Do tuned options make the agent faster?"
  agent    = agent.go
  server   = server.emulator.reference
  target   = target.local.here
  workload = workload.review
  model    = "emulated"

  matrix {
    num_gpu     = [60, 80, 120]
    num_ctx     = [256, 512, 1024]
    temperature = [0.6, 0.8]
  }

  options = merge({ top_p = 0.9, top_k = 40, repeat_penalty = 1.1 }, matrix)

  baseline "default" {
    options = {}
  }

  repeats = 3
  seed    = 111
  timeout = "30s"

  isolation {
    model = "warm" # one discarded call first, so that no run pays for loading the model
  }
}

analysis "quickstart" {
  of       = [experiment.quickstart]
  baseline = "default"

  metric "throughput" {
    better    = "higher"
    practical = "1%"
  }

  metric "ttft" {
    better    = "lower"
    practical = "5%"
  }
}

report "quickstart" {
  template = "tr-single"
  analyses = [analysis.quickstart]
  output   = "reports/quickstart.md"
  formats  = ["md", "html"]
  vars     = { number = 1 }
}

# The published sweep, told again from its own raw data: 18 configurations of an Ollama server under a Rust agent, each with
# a run at the server's defaults and a tuned one. Nothing is measured here; the files in data/ are read, and the report says
# what they show and what they can't.
#
#   bench apply examples/published/experiment.hcl

bench {
  required_version = ">= 0.1.0"
}

dataset "rust" {
  path   = "data/rust-sweep/*.json"
  format = "json"

  rows = [ # one file holds the two arms of a configuration
    { arm = "default", of = file.baseline },
    { arm = null, of = file.chimera },
  ]

  factors { # both rows carry them, so each default run is paired with its tuned one
    num_gpu     = file.chimera.configuration.num_gpu
    num_ctx     = file.chimera.configuration.num_ctx
    temperature = file.chimera.configuration.temperature
  }

  baseline   = row.arm
  started_at = row.of.timestamp
  labels     = { model = "gemma3:latest", agent = "Rust 1.90", machine = "RTX 4080 12 GB, i9-13980HX (as published)" }

  valid {
    condition     = row.of.aggregate_metrics.total_tokens_generated > 0
    error_message = "an answer without tokens"
  }

  metrics { # times are ns, as everywhere; ttft_warm = ttft − load comes by itself
    throughput    = row.of.aggregate_metrics.average_tokens_per_second
    ttft          = row.of.aggregate_metrics.average_ttft_ms * 1e6
    load          = row.of.aggregate_metrics.load_duration_ms * 1e6
    prompt_eval   = row.of.aggregate_metrics.prompt_eval_duration_ms * 1e6
    output_tokens = row.of.aggregate_metrics.total_tokens_generated
  }
}

analysis "tr111" {
  of         = [dataset.rust]
  baseline   = "default"
  confidence = 0.95

  metric "throughput" {
    better = "higher"
  }

  metric "ttft_warm" {
    better = "lower"
  }

  metric "ttft" {
    better = "lower"
  }

  metric "load" {
    better = "lower"
  }
}

report "tr111" {
  title    = "Technical Report 111: Rust agent, 18 configurations"
  template = "tr-single"
  analyses = [analysis.tr111]
  output   = "reports/Technical_Report_111.md"
  formats  = ["md", "html"]
  vars     = { number = 111 }
}

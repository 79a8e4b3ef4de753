server "emulator" "ref" {
  ttft      = "10 minutes"
  load_time = "soon"

  effect {
    when              = { num_ctx = 1024 }
    tokens_per_second = "2"
    ttft              = "-100%"
  }
}

target "local" "here" {
  require {
    disk       = "5 gigs"
    gpu_memory = "nanGiB"
  }
}

workload "review" {
  ingest "corpus" {
    paths     = ["*.md"]
    max_bytes = "0B"
  }

  step "analysis" {
    prompt = "Analyse this."
  }
}

analysis "sweep" {
  of = [dataset.published]

  metric "throughput" {
    practical = "1 percent"
  }

  metric "ttft" {
    practical = "-1%"
  }
}

dataset "published" {
  path = "a.json"

  metrics {
    throughput = file.throughput
    ttft       = file.ttft
  }
}

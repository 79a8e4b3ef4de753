server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "plain" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    num_ctx = [256, 512]
  }
}

dataset "published" {
  path = "rows.json"

  factors {
    num_ctx = row.ctx
  }

  metrics {
    throughput = row.rate
  }
}

comparison "misspelt" {
  left    = experiment.sweep
  right   = dataset.published
  pair_by = ["num_ctx", "num_ctxt"]
}

comparison "itself" {
  left  = experiment.sweep
  right = experiment.sweep
}

comparison "unlike" {
  left    = experiment.plain
  right   = dataset.published
  pair_by = ["num_ctx"]
}

comparison "half" {
  left = workload.review
}

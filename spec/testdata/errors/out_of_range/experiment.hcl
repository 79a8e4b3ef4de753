server "emulator" "ref" {
  seed   = -1
  jitter = 1.5

  fault {
    kind = "stall"
    rate = 0.7
  }

  fault {
    kind = "reset"
    rate = 0.7
  }

  fault {
    kind = "reset"
    rate = 2
  }
}

target "local" "here" {
  parallelism = 0
  cpus        = "3-0"
}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  repeats = 0
  warmup  = 1.5
  seed    = 1e400

  retry {
    backoff {
      factor = 0.5
    }
  }
}

analysis "sweep" {
  of         = [experiment.sweep]
  confidence = 95

  metric "throughput" {}
}

workload "endless" {
  step "answer" {
    prompt = "Say yes."
  }

  load {}
}

workload "closed" {
  step "answer" {
    prompt = "Say yes."
  }

  load {
    rate     = 8
    duration = "60s"
  }
}

workload "open" {
  step "answer" {
    prompt = "Say yes."
  }

  load {
    arrival    = "poisson"
    think_time = "1s"
    duration   = "60s"
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

workload "long" {
  step "answer" {
    prompt = "Say yes."
  }

  step "again" {
    prompt = "Say no."
  }

  load {
    requests = 100
  }

  slo {}
}

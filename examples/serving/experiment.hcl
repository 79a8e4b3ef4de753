# How does a server take load? Requests come at random, at two rates, and each must keep its limits.

server "emulator" "reference" {
  seed              = 7
  ttft              = "30ms"
  tokens_per_second = 200
  jitter            = 0.05

  fault { # one request in fifty fails, and counts against the goodput
    kind = "http_500"
    rate = 0.02
  }
}

workload "chat" {
  for_each = { calm = 10, busy = 40 } # requests/s

  prompts {
    path   = "prompts.jsonl"
    column = "prompt"
    salt   = true # no cache of prefixes helps
  }

  load {
    arrival  = "poisson"
    rate     = each.value
    duration = "4s"
    warmup   = "1s"
  }

  slo { # what a call must keep to count as good
    ttft = "50ms"
    itl  = "20ms"
  }
}

experiment "serving" {
  title    = "Chat under load"
  server   = server.emulator.reference
  workload = matrix.workload
  model    = "emulated"
  repeats  = 3

  matrix {
    workload = [workload.chat["calm"], workload.chat["busy"]]
  }

  options = { num_predict = 32 }
}

analysis "load" {
  of = [experiment.serving]

  metric "goodput" {}
  metric "ttft_from_schedule_p99" {}
  metric "output_token_rate" {}
  metric "schedule_delay_p99" {}
}

report "serving" {
  template = "tr-single"
  analyses = [analysis.load]
  output   = "reports/serving.md"
}

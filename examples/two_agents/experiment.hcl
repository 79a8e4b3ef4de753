# Two agents at once on one server, and each of them alone: does either wait for the other?

server "emulator" "shared" {
  seed              = 7
  ttft              = "20ms"
  tokens_per_second = 1000
  jitter            = 0.004
}

workload "collect" {
  step "list" {
    prompt     = "List what the log says about the cluster."
    max_tokens = 60
  }

  step "sort" {
    prompt     = "Sort this by weight:\n${step.list.response}"
    max_tokens = 60
  }
}

workload "explain" {
  step "explain" {
    prompt     = "Explain why the cluster was slow."
    max_tokens = 120
  }
}

experiment "pair" {
  title = "Two agents at once"
  model = "m"

  matrix {
    num_gpu = [60, 80]
  }

  member "collector" {
    server   = server.emulator.shared
    workload = workload.collect
  }

  member "insight" {
    server   = server.emulator.shared
    workload = workload.explain
    options  = { num_gpu = matrix.num_gpu }
  }

  solo       = true
  contention = member.insight.ttft > 1.5 * solo.insight.ttft
  repeats    = 3
}

# The same member together with the other (the configurations) and alone (the baseline, paired with each of them).
analysis "insight" {
  of       = [experiment.pair]
  baseline = "solo_insight"

  metric "member.insight.ttft" {
    practical = "5%"
  }

  metric "member.insight.throughput" {
    practical = "1%"
  }
}

analysis "together" {
  of = [experiment.pair]

  metric "workflow_total" {}
  metric "start_skew" {}
  metric "contention" {}
}

check "start" {
  condition     = analysis.together.metrics.start_skew.all.max < 50e6
  error_message = "the members started ${analysis.together.metrics.start_skew.all.max / 1e6} ms apart"
  severity      = "warning"
}

report "pair" {
  template = "tr-single"
  analyses = [analysis.insight, analysis.together]
  output   = "reports/two_agents.md"
}

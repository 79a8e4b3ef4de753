# A misspelt metric is told once, however many refer to the right one; other mistakes are told beside it.

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    num_ctx = [256, 512]
  }

  options = matrix
}

dataset "given" {
  path = "*.csv"

  metrics {
    speed = row.speed
  }
}

analysis "sweep" {
  of = [experiment.sweep]

  metric "thruput" {}
  metric "ttft" {}
}

analysis "given" {
  of = [dataset.given]

  metric "throughput" {
    better = "higher"
  }
}

analysis "none" {
  of = [experiment.sweep]
}

check "steady" {
  condition     = analysis.sweep.metrics.throughput.all.cv < 0.02
  error_message = "CV is ${analysis.sweep.metrics.throughput.all.cv}, with ${analysis.sweep.best.nam}"
}

claim "faster" {
  statement      = "It is faster."
  supported_when = analysis.sweep.configurations[0].metrics.throughput.mean > 98
  refuted_when   = analysis.given.metrics.speed.all.mean < 1 || analysis.none.metrics.throughput.all.mean < 1
}

experiment "later" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  options  = { num_ctx = analysis.sweep.metrics.throughput.all.n }
}

# What an experiment with a mistake measures is known as far as it is the instrument's.
experiment "wrong" {
  server   = server.emulator.nowhere
  workload = workload.review
  model    = "m"
}

analysis "wrong" {
  of = [experiment.wrong]

  metric "ttft" {}
}

analysis "open" {
  of = [experiment.wrong]

  metric "thruput" {}
}

check "wrong" {
  condition     = analysis.wrong.metrics.tft.all.cv < 0.02
  error_message = "CV is ${analysis.open.metrics.throughput.all.cv}"
}

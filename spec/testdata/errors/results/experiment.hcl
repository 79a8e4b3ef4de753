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

analysis "sweep" {
  for_each = toset(["speed"])
  of       = [experiment.sweep]

  metric "throughput" {}
}

analysis "plain" {
  of = [experiment.sweep]

  metric "throughput" {}
  metric "ttft" {}
}

check "metric" {
  condition     = analysis.plain.metrics.thruput.all.cv < 0.02
  error_message = "CV is ${analysis.plain.metrics.throughput.all.cvs}"
}

check "instance" {
  condition     = analysis.sweep["sped"].metrics.throughput.all.cv < 0.02
  error_message = analysis.swep["speed"].best.name
}

check "number" {
  condition     = analysis.plain.metrics.throughput.all.cv
  error_message = analysis.plain.best
  severity      = "warn"
}

claim "interval" {
  statement      = "It is faster."
  supported_when = analysis.plain.metrics.throughput.improvement.ci[2] > 0
  refuted_when   = analysis.plain.best.factors.num_gpu > 0
}

experiment "confirm" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  options  = { num_ctx = analysis.plain.best.factors.num_ctxt }
  repeats  = analysis.plain.runs
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.plain]
  claims   = [claim.intervall]
  output   = "a.md"
  vars     = { best = analysis.plain.best.name, all = analysis.plain.metrics }
}

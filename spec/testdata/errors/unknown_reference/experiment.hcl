server "emulator" "ref" {}

agent "rust" {
  builtin = "workflow"
}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  agent    = agent.rsut
  server   = server.emulatr.ref
  workload = workload.code
  target   = target.local.here
  model    = "m"
}

experiment "again" {
  server   = server.emulator.reff
  workload = worklod.review
  model    = gemma3
}

analysis "sweep" {
  of = [experiment.swep, dataset.published]

  metric "throughput" {}
}

experiment "defaults" {
  agent    = agent.builtin
  target   = target.local.default
  server   = server.emulator.ref
  workload = workload.review
  model    = variable.model
}

check "fast" {
  condition     = 1 < 2
  error_message = "no"
}

claim "fast" {
  statement      = "It is fast."
  supported_when = check.fast
}

report "r" {
  template = "tr-single"
  analyses = [analysis.sweep]
  claims   = [check.fast]
  output   = "r.md"
}

analysis "two" {
  for_each = { a = experiment.again }
  of       = [each.value]

  metric "ttft" {}
}

check "each" {
  for_each      = analysis.two
  condition     = each.value.metrics.ttft.all.mean > 0
  error_message = "no"
}

function "half" {
  params = [x]
  result = x + matrix.y + each.key
}

locals {
  used = half(2)
}

server "emulator" "ref" {
  models = ["a", null]

  effect {
    when = {}
  }
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

  options = {
    stop = ["a", null]
    most = 1e400
    many = [{ a = 1 }]
  }
}

agent "go" {
  builtin = ["workflow"]
}

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

  repeats = "many"
  timeout = 30
  options = [1, 2]

  baseline "default" {
    paired = "perhaps"
  }

  retry {
    on = ["timeout", { class = "connect" }]
  }
}

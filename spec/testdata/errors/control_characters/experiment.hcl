server "emulator" "ref" {}

agent "a" {
  command = ["./agent", "a\u0000b"]
}

workload "review" {
  step "analysis" {
    prompt = "Analyse\u0000this."
  }
}

experiment "sweep" {
  title    = "One\u0000two"
  server   = server.emulator.ref
  workload = workload.review
  model    = "m\u001b[31m"
}

experiment "other" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
  repeats  = "three"
}

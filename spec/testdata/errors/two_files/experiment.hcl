#! .

experiment "sweep" {
  server   = server.emulator.reff
  workload = workload.review
  model    = "m"
}

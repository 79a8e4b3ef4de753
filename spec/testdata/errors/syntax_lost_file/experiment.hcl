#! .
experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = model("gemma3")
  options  = { num_ctx = var.num_ctx, top_k = local.top_k }
  repeats  = "three"
}

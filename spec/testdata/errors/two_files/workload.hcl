workload "review" {
  step "a" {
    prompt = "x"
  }
}

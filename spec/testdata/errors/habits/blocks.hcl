agent = "go" {
  builtin = "workflow"
}

workload: "review" {
  step "a" {
    prompt = "x"
  }
}

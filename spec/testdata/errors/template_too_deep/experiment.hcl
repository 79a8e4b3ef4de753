workload "review" {
  step "analysis" {
    prompt = templatefile("deep.tmpl", {})
  }

  step "report" {
    prompt = templatefile("list.tmpl", {})
  }
}

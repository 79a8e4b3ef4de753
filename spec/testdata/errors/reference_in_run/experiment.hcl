agent "go" {
  builtin = "workflow"
}

locals {
  agents = [agent.go]
}

workload "review" {
  step "analysis" {
    prompt = "for ${length(local.agents)} agents"
  }
}

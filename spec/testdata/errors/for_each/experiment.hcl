variable "secret" {
  default   = "hunter2"
  sensitive = true
}

locals {
  loop  = agent.looping
  agent = agent.keyed
}

agent "wrong" {
  for_each = "a"
  builtin  = "workflow"
}

agent "nothing" {
  for_each = null
  builtin  = "workflow"
}

agent "secret" {
  for_each = [var.secret]
  builtin  = "workflow"
}

agent "twice" {
  for_each = ["a", "b", "a"]
  builtin  = "workflow"
}

agent "objects" {
  for_each = ["a", { name = "b" }]
  builtin  = "workflow"
}

agent "long" {
  for_each = ["a", "0123456789012345678901234567890123456789012345678901234567890123456789"]
  builtin  = "workflow"
}

agent "unprintable" {
  for_each = { "a\u001b[1m" = 1 }
  builtin  = "workflow"
}

agent "empty" {
  for_each = { a = 1, "" = 2 }
  builtin  = "workflow"
}

agent "bools" {
  for_each = [true]
  builtin  = "workflow"
}

agent "many" {
  for_each = range(10001)
  builtin  = "workflow"
}

agent "looping" {
  for_each = local.loop
  builtin  = "workflow"
}

agent "keyed" {
  for_each = { a = 1, b = 2 }
  builtin  = each.valeu
}

server "emulator" "e" {
  ttft = each.key
}

experiment "whole" {
  agent    = agent.keyed
  server   = server.emulator.e
  workload = workload.w
  model    = "m"
}

experiment "misspelt" {
  agent    = agent.keyed["c"]
  server   = server.emulator.e
  workload = workload.w
  model    = "m"
}

workload "w" {
  step "s" {
    prompt = "p"
  }
}

# What "bench apply" found: versions of servers, digests of models, agents and datasets. What is measured with something else has
# to be measured again, so keep this file in git, beside the spec. bench writes it: there is no need to edit it.

agent "builtin" {
  digest = "builtin workflow, instrument 2"
}

server "emulator" "reference" {
  version = "emulator-1"

  model "emulated" {
    digest = "sha256:f58a1bef57e1812bb6e3f9ee8f4092d9a0a7f15561b122e4483bafd12b0c934c"
  }
}

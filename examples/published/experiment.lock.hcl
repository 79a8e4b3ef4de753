# What "bench apply" found: versions of servers, digests of models, agents and datasets. What is measured with something else has
# to be measured again, so keep this file in git, beside the spec. bench writes it: there is no need to edit it.

dataset "rust" {
  digest = "sha256:2b0b9bcee072e0fa82974106d9f00e8a143bc5ddc0c685ad93f006413efe7e90"
}

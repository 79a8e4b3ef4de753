# What "bench apply" found: versions of servers, digests of models, agents and datasets. What is measured with something else has
# to be measured again, so keep this file in git, beside the spec. bench writes it: there is no need to edit it.

agent "go" {
  digest = "builtin workflow, instrument 1"
}

agent "rust" {
  digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"
}

dataset "sweep" {
  digest = "sha256:91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc"
}

server "ollama" "main" {
  version = "0.6.5"

  model "gemma3:1b" {
    digest = "sha256:91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc"
  }

  model "gemma3:latest" {
    digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"
  }
}

server "ollama" "main" "large ones" {
  model "m" {
    digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"
  }
}

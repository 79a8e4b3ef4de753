agent {
  digest = "builtin workflow, instrument 1"
}

agent "go" "key" "more" {
  digest = "builtin workflow, instrument 1"
}

server "main" {
  version = "0.6.5"
}

server "ollama" "" {
  version = "0.6.5"
}

server "ollama" "main" {
  model "gemma3" "latest" {
    digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"
  }
}

version = 2

agnet "go" {
  digest = "builtin workflow, instrument 1"
}

server "ollama" "main" {
  verison = "0.6.5"

  modle "gemma3:latest" {
    digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"
  }
}

dataset "sweep" {
  digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"

  model "gemma3:latest" {
  }
}

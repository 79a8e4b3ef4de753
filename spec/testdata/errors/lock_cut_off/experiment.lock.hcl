agent "go" {
  digest = "builtin workflow, instrument 1"
}

server "ollama" "main" {
  version = "0.6.5"

  model "gemma3:latest" {
    digest = "sha256:3f2a3f2a

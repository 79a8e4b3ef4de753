server "ollama" "main" {
  version = "0.6.5"

  model "gemma3:latest" {
    digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"
  }

  model "gemma3:latest" {
    digest = "sha256:91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc"
  }
}

server "ollama" "main" {
  version = "0.7.0"
}

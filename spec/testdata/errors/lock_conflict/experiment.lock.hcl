server "ollama" "main" {
  version = "0.6.5"

  model "gemma3:latest" {
<<<<<<< HEAD
    digest = "sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a"
=======
    digest = "sha256:91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc91cc"
>>>>>>> other
  }
}

agent "go" {
  digest = "builtin"
}

dataset "sweep" {
  digest = "sha256:3f2a"
}

dataset "other" {
  digest = upper("sha256:3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a3f2a")
}

dataset "third" {
}

server "ollama" "main" {
  version = ""

  model "gemma3:1b" {
    digest = "sha256:3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A3F2A"
  }

  model "gemma3:latest" {
    digest = 5
  }
}

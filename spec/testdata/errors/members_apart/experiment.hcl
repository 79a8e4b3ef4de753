server "ollama" "small" {
  url     = "http://127.0.0.1:11434"
  command = ["ollama", "serve"]
}

server "ollama" "large" {
  url     = "http://127.0.0.1:11435"
  command = ["ollama", "serve"]
}

server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "two" {
  model = "m"

  matrix {
    server = [server.ollama.small, server.ollama.large]
  }

  member "writer" {
    server   = server.emulator.ref
    workload = workload.review
  }

  member "collector" {
    server   = server.ollama.small
    workload = workload.review
  }

  member "insight" {
    server   = matrix.server
    workload = workload.review
  }
}

server "ollama" "remote" {
  url = "http://127.0.0.1:11434"
  env = { OLLAMA_NUM_PARALLEL = 1 }

  ready {
    path = "/ready"
  }
}

server "ollama" "nothing" {
  url     = "http://127.0.0.1:11435"
  command = []

  ready {
    path = "/ready"
  }
}

server "ollama" "misspelt" {
  url    = "http://127.0.0.1:11436"
  comand = ["ollama", "serve"]
  env    = { OLLAMA_NUM_PARALLEL = 1 }
}

server "ollama" "mistaken" {
  url     = "http://127.0.0.1:11437"
  command = var.command
  env     = { OLLAMA_NUM_PARALLEL = 1 }
}

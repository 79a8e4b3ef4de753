server "ollama" "main" {
  url = "127.0.0.1:11434"
}

server "ollama" "secret" {
  url = "http://me:hunter3@127.0.0.1:11434"
}

target "local" "here" {
  cpus = "0-3,a"
}

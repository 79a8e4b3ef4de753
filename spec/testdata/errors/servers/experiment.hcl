variable "token" {
  default   = { key = "hunter2" }
  sensitive = true
}

server "openai" "vllm" {
  url     = "127.0.0.1:8000/v1"
  api     = "responses"
  api_key = var.token
  metrics = "http://me@127.0.0.1:8000/metrics"
}

server "ollama" "main" {
  url     = "http://127.0.0.1:11434"
  api_key = var.token.key
  command = ["ollama", "serve"]
  env     = { TOKEN = { key = var.token.key } }
}

server "ollama" "second" {
  url     = "http://127.0.0.1:11435"
  command = ["ollama", "serve", var.token.key]
  env     = { for k, v in var.token : k => { v = v } }
}

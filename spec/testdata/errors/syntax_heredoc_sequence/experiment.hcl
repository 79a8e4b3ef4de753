workload "review" {
  step "a" {
    prompt = <<EOT
One and one are ${ 1 + 1.
EOT
    max_tokens = "many"
  }
}

server "emulator" "ref" {
  ttft = 3
}

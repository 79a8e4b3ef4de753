server "emulator" "ref" {
  ttft = "10ms"


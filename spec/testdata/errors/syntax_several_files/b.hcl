server "emulator" "ref" {
  ttft = "10ms" "20ms"
}

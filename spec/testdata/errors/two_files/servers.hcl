server "emulator" "ref" {}

server "emulator" "other" {
  ttft = "x"
}

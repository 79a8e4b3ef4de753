server "emulator" "ref" {
  ttft = "10ms"

agent "go" {
  builtin = "workflow"
}

agent "go" {
  builtin = "workflow
}

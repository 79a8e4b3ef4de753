agent "go" {
  builtin = "ÿş"
}

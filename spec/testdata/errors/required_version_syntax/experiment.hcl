bench {
  required_version = "newest"
}

agent "go" {
  builtin = "workflo"
}

# Each of these is one mistake, on as many lines as it may be.
workload "x" {
  step "text" {
    prompt = "Read this,
and that as well
      - all of it
    please"
    max_tokens = 0
  }
  step "list" {
    prompt = join("\n",
      ["a" "b",
       "c"],
    )
    max_tokens = 0
  }
  step "heredoc" {
    prompt = <<EOT text
      Read this.
      max_tokens = 0
    EOT
    max_tokens = 0
  }
  step "operators" {
    prompt = foo bar
      + "b"
      baz
    max_tokens = 0
  }
  step "condition" {
    prompt = 1 ?
      2 :
      3
    max_tokens = 0
  }
  step "brackets" {
    prompt = "a"
    extract (
      a = 1
    )
    max_tokens = 0
  }
}

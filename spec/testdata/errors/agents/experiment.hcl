agent "none" {
  witness = true
}

agent "both" {
  builtin = "workflow"
  command = ["./agent"]
}

agent "built" {
  builtin = "workflow"

  build {
    command = ["cargo", "build"]
  }
}

agent "nowhere" {
  command = ["./agent"]

  build {
    command = ["cargo", "build"]
    dir     = "agents/rsut"
  }
}

agent "outside" {
  command = ["./agent"]

  build {
    command = ["cargo", "build"]
    dir     = "../agents"
  }
}

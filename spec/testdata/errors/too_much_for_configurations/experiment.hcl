# What is evaluated for a configuration is not too much, and there are too many of them.
server "emulator" "e" {}

workload "w" {
  step "s" {
    prompt = "p"
  }
}

locals {
  text = join(format("%999s", ""), [for i in range(8000) : ""])
}

experiment "x" {
  server   = server.emulator.e
  workload = workload.w
  model    = "m"

  matrix {
    n = range(100)

    exclude {
      when = length([for i in range(70) : startswith(local.text, "a")]) < matrix.n
    }
  }

  options = matrix
}

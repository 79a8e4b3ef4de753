variable "secret" {
  default   = "hunter2"
  sensitive = true
}

dynamic "agent" {
  for_each = [1]

  content {}
}

server "emulator" "e" {
  dynamic "efect" {
    for_each = [1]

    content {}
  }

  dynamic "effect" {
    for_each = [1]
  }

  dynamic "effect" {
    content {}
  }

  dynamic "effect" {
    for_each = 5

    content {
      when = {}
    }
  }

  dynamic "effect" {
    for_each = [var.secret]

    content {
      when = { option = effect.value }
    }
  }

  dynamic "effect" {
    for_each = toset([var.secret])

    content {
      when = {}
    }
  }

  dynamic "effect" {
    for_each = [{ name = "a" }]
    iterator = "one"

    content {
      when = {}
    }
  }

  dynamic "effect" {
    for_each = [{ rate = "2%" }, { rtae = "3%" }]
    iterator = planted

    content {
      when = { num_ctx = 1024 }
      ttft = planted.value.rate
    }
  }

  dynamic "effect" {
    for_each = [1, 2]

    content {
      when = { num_ctx = efect.value }
      tftt = "2%"
    }
  }
}

workload "w" {
  dynamic "step" {
    for_each = ["a"]

    content {
      prompt = "p"
    }
  }

  dynamic "step" {
    for_each = ["a"]
    labels   = [step.value, "more"]

    content {
      prompt = "p"
    }
  }

  dynamic "step" {
    for_each = ["same", "same"]
    labels   = [step.value]

    content {
      prompt = "p"
    }
  }

  dynamic "score" {
    for_each = [var.secret]
    labels   = [score.value]

    content {
      value = 1
    }
  }
}

server "openai" "o" {
  url = "http://localhost"

  dynamic "timeouts" {
    for_each = ["1s", "2s", "3s"]

    content {
      connect = timeouts.value
    }
  }
}

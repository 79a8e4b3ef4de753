workload "review"
  step "a" {
    prompt = "x"
  }
}

server "emulator" "ref"
{
  ttft = "10ms"
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix
    num_ctx = [256, 512]
  }

  options = matrix
  repeats = "three"
}

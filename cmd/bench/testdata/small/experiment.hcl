# Six runs on the emulator, of a few milliseconds each.
variable "repeats" {
  type    = number
  default = 2
}

variable "sizes" {
  type    = list(number)
  default = [256, 512]
}

server "emulator" "here" {
  seed              = 1
  tokens_per_second = 5000
  jitter            = 0.02
}

workload "ask" {
  step "answer" {
    prompt     = "Say something."
    max_tokens = 8
  }
}

experiment "small" {
  title    = "A small one"
  server   = server.emulator.here
  workload = workload.ask
  model    = "emulated"
  repeats  = var.repeats
  options  = { num_ctx = matrix.num_ctx }

  matrix {
    num_ctx = var.sizes
  }

  baseline "default" {
    options = {}
  }
}

analysis "small" {
  of       = [experiment.small]
  baseline = "default"

  metric "throughput" {
    practical = "1%"
  }
}

report "small" {
  template = "tr-single"
  analyses = [analysis.small]
  output   = "reports/small.md"
}

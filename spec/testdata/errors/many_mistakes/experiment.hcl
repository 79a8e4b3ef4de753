variable "repeats" {
  type    = number
  default = "three"
}

locals {
  chimera = { top_p = 0.9, top_k = fourty }
}

server "emulator" "ref" {
  ttft = "fast"
}

agent "go" {
  builtin = "workflow"
}

workload "review" {
  ingest "corpus" {
    paths = ["nothing/*.md"]
  }

  step "analysis" {
    prompt = "Read ${ingest.corpus.text}"

    extract {
      findings = regexal("a", self.response)
    }
  }

  step "report" {
    prompt = "Report on ${join(", ", step.analysis.extract.findings)}"
  }
}

experiment "sweep" {
  agent    = agent.goo
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    num_gpu = [60, sixty]
    num_ctx = [256, 512]

    exclude {
      when = matrix.num_gpu == 60
    }
  }

  options = merge(local.chimera, matrix)
  repeats = var.repeats
  timeout = "5 min"

  baseline "default" {
    option = {}
  }
}

analysis "sweep" {
  of       = [experiment.sweep]
  baseline = "default"

  metric "throughput" {
    practical = 1
  }
}

report "sweep" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "../sweep.md"
}

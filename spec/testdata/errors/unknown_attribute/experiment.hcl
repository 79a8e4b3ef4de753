agent "go" {
  builtin = "workflow"
}

workload "review" {
  ingest "corpus" {
    paths = ["*.md"]
  }

  step "analysis" {
    prompt = ingest.corpus.txt

    extract {
      findings = regexall("a", self.respnse)
    }
  }

  step "report" {
    prompt = "${join(",", step.analysis.extract.findigs)} ${step.analysis.extract.findings[0]}"
  }

  valid {
    condition     = alltrue([for s in step : s.output_tokns >= 20])
    error_message = "an answer of under 20 tokens"
  }
}

locals {
  kind = agent.go.builtin
  best = analysis.sweep.best.factors
}

analysis "sweep" {
  of = [dataset.published]

  metric "throughput" {}
}

dataset "published" {
  path = "a.json"

  metrics {
    throughput = source.size
  }
}

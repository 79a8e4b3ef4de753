locals {
  pair = [1, 2]
}

workload "review" {
  step "analysis" {
    prompt = ["Analyse", "this"]

    extract {
      findings = regexall("a", self.response)
    }
  }

  step "report" {
    prompt = step.analysis.extract.findings
  }

  step "null" {
    prompt = null
  }

  score "pair" {
    value = local.pair
  }

  valid {
    condition     = step.analysis.output_tokens
    error_message = local.pair
  }
}

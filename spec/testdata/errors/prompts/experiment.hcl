workload "none" {
  prompts {}
}

workload "both" {
  prompts {
    path = "prompts.jsonl"

    synthetic {
      input_tokens = "normal(512, 64)"
    }
  }
}

workload "missing" {
  prompts {
    path = "promts.jsonl"
  }
}

workload "format" {
  prompts {
    path = "prompts.txt"
  }
}

workload "outside" {
  prompts {
    path = "../prompts.jsonl"
  }
}

workload "steps" {
  step "answer" {
    prompt = "Say yes."
  }

  prompts {
    path = "prompts.jsonl"
  }
}

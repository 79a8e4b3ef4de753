server "emulator" "e" {}

function "question" {
  params = [x]
  result = "What is ${x}?"
}

workload "w" {
  ingest "corpus" {
    paths = ["prompts/*"]
  }
  step "a" {
    prompt = "Read ${ingest.corpus} and ${ingest.corpus.names} and ${ingest.corpus.types}"
    extract {
      found  = regexall("x", self.response)
      parsed = [for f in regexall("x(.)", self.response) : { letter = f }]
    }
  }
  step "b" {
    prompt = templatefile("prompts/read.tmpl", { corpus = ingest.corpus })
  }
  step "c" {
    prompt = question(step.a)
  }
  step "d" {
    prompt = step.a.output_tokens ? "Go on." : "Stop."
  }
  step "e" {
    prompt = "%{ if step.a.extract.found }Go on.%{ endif }"
  }
  step "f" {
    prompt = join("\n", [for n in ingest.corpus.names : n if length(n)])
  }
  step "g" {
    prompt = "%{ for n in ingest.corpus.names }${n.text}%{ endfor }"
  }
  step "h" {
    prompt = "${length(step.a.output_tokens)} and ${contains(step.a.response, "x")}"
  }
  step "i" {
    prompt = format("%d of %s, %v", step.a.extract.found, ingest.corpus, ingest.corpus)
  }
  step "j" {
    prompt = step.a.extract.found
  }
  step "k" {
    prompt = "${try("${ingest.corpus}", "nothing")} ${step.a.output_tokens} ${step.a.output_tokens > 3}"
  }
  score "a" {
    value = "n ${step.a.output_tokens}"
  }
  score "b" {
    value = step.a.output_tokens > 9 ? "${step.a.response} tokens" : "1${step.a.output_tokens}"
  }
  score "c" {
    value = "n ${step.a.output_tokens}" * 2
  }
  score "d" {
    value = ceil("${step.a.output_tokens} of ${step.a.response}")
  }
  valid {
    condition     = "${step.a.output_tokens} tokens"
    error_message = ingest.corpus
  }
}

experiment "x" {
  server   = server.emulator.e
  workload = workload.w
  model    = "m"
  matrix {
    temperature = [0.1, 0.2]
  }
  options = { temperature = matrix.temperature }
}

analysis "x" {
  of = [experiment.x]
  metric "throughput" {}
}

check "x" {
  condition     = "x ${analysis.x.metrics.throughput.all.cv}"
  error_message = "It is ${analysis.x.metrics.throughput.all} and ${analysis.x.findings}"
}

check "y" {
  condition     = analysis.x.metrics.throughput.all.cv
  error_message = analysis.x.findings
}

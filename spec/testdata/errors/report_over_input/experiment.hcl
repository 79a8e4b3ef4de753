locals {
  preamble = file("preamble.md")
  notes    = fileset("notes/*.html")
}

server "emulator" "ref" {}

workload "review" {
  ingest "corpus" {
    paths = ["corpus/**/*.md"]
  }

  step "analysis" {
    prompt = "${local.preamble}${templatefile("prompts/analysis.md", { corpus = ingest.corpus.text })}"
  }
}

workload "replay" {
  step "answer" {
    prompt = "Say yes."
  }

  load {
    arrival = "trace"
    trace   = "times.md"
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"
}

dataset "published" {
  path   = "published.md"
  format = "csv"

  metrics {
    throughput = row.throughput
  }
}

analysis "sweep" {
  of = [experiment.sweep, dataset.published]

  metric "throughput" {}
}

report "over_corpus" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "corpus/a.md"
}

report "into_corpus" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "corpus/deep/new.md"
}

report "over_dataset" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "./published.md"
}

report "over_template" {
  template = "own.md"
  analyses = [analysis.sweep]
  output   = "own.md"
}

report "over_file" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "preamble.md"
}

report "over_templatefile" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "prompts/analysis.md"
}

report "html_into_fileset" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "notes/report.md"
  formats  = ["md", "html"]
}

report "markdown_alone" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "notes/markdown.md"
}

report "over_trace" {
  template = "tr-single"
  analyses = [analysis.sweep]
  output   = "times.md"
}

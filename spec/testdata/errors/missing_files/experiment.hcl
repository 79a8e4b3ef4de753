workload "review" {
  ingest "corpus" {
    paths     = ["corpus/*.csv", "corpus/*.md"]
    min_files = 2
  }

  ingest "data" {
    paths = ["data/**/*.json"]
  }

  step "analysis" {
    prompt = templatefile("prompts/anlysis.tmpl", { corpus = ingest.corpus })
  }

  step "report" {
    prompt = file("prompts/report.txt")
  }
}

dataset "published" {
  path = "published/*.json"

  metrics {
    throughput = row.tokens_per_second
  }
}

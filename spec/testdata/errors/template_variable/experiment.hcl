workload "review" {
  ingest "corpus" {
    paths = ["*.md"]
  }

  step "analysis" {
    prompt = templatefile("analysis.tmpl", {
      corpus = ingest.corpus
    })
  }

  step "report" {
    prompt = templatefile("analysis.tmpl", "corpus")
  }
}

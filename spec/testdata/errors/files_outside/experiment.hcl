workload "review" {
  ingest "corpus" {
    paths = ["../*.md", "*.md"]
  }

  step "analysis" {
    prompt = file("../template_fails/rows.tmpl")
  }

  step "report" {
    prompt = file("/etc/hostname")
  }

  step "summary" {
    prompt = join("", fileset("a[.md"))
  }
}

dataset "published" {
  path   = "/var/lib/*.json"
  format = "json"

  metrics {
    throughput = row.throughput
  }
}

dataset "published" {
  path = "a.json"

  metrics {
    throughput = file.throughput
  }
}

analysis "published" {
  of = [dataset.published]

  metric "throughput" {}
}

report "r0" {
  template = "tr-single"
  analyses = [analysis.published]
  output   = "../report.md"
}

report "r1" {
  template = "tr-single"
  analyses = [analysis.published]
  output   = "/tmp/report.md"
}

report "r2" {
  template = "tr-single"
  analyses = [analysis.published]
  output   = "reports/report.pdf"
}

report "r3" {
  template = "tr-single"
  analyses = [analysis.published]
  output   = "runs/report.md"
}

report "r4" {
  template = "tr-single"
  analyses = [analysis.published]
  output   = "reports/a.md"
}

report "r5" {
  template = "tr-single"
  analyses = [analysis.published]
  output   = "reports/./a.md"
}

workload "review" {
  step "analysis" {
    prompt = "Analyse ${step.report.response}"

    extract {
      own = step.analysis.response
    }
  }

  step "report" {
    prompt = "Report on ${step.analysis.response} and ${step.sumary.response}"
  }

  step "summary" {
    prompt = "Sum up ${step.analysis.extract.findings} and ${ingest.corpus.text}"
  }
}

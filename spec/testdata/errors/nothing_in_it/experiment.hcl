workload "review" {}

dataset "published" {
  path = "a.json"
}

analysis "published" {
  of = [dataset.published]
}

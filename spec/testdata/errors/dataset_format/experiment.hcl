dataset "published" {
  path = "rows.txt"

  metrics {
    throughput = row.throughput
  }
}

dataset "named" {
  path   = "rows.txt"
  format = "xml"
  rows   = [for r in file.rows : lenght(r)]

  factors {
    num_gpu = ro.num_gpu
  }

  metrics {
    throughput = "fast"
  }
}

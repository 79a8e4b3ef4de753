target "ssh" "flag" {
  host = "-oProxyCommand=x"
  dir  = "bench"
}

target "ssh" "none" {}

target "slurm" "cluster" {
  parallelism = 4
  time_limit  = "30"
  extra       = ["--account=tr", "account=tr"]
}

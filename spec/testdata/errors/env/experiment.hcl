locals {
  missing = env("BENCH_TEST_NOT_SET")
  many    = env("A", "b", "c")
  key     = env("BENCH_TEST_NOT_SET", "none")
}

server "emulator" "e" {
  models = [local.key]
}

workload "w" {
  step "s" {
    prompt = env("BENCH_TEST_NOT_SET", "none")
  }
}

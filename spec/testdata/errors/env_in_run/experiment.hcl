variable "secret" {
  default   = "hunter2"
  sensitive = true
}

function "key" {
  result = env("BENCH_TEST_NOT_SET", "none")
}

workload "w" {
  step "s" {
    prompt = "p"

    extract {
      a = length(self.response) > 3 ? nonsensitive(key()) : "none"
      b = length(self.response) > 3 ? nonsensitive(env("BENCH_TEST_NOT_SET")) : "none"
      c = nonsensitive(length(var.secret))
    }
  }
}

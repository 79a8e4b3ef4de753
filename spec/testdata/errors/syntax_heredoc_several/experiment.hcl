workload "review" {
  step "a" {
    prompt = <<EOT
No step = "b" {
}
  }
}

server "emulator" "ref" {
  ttft = 3
}

workload "write" {
  step "a" {
    prompt = join("\n", ["a", <<EOT
Something stands behind the word.
EOT, "b"])
    max_tokens = "many"
  }
}

workload "read" {
  step "a" {
    prompt = <<-EOT
      Nothing ends it, and the next step is looked at all the same.
  }

  step "b" {
    prompt     = "x"
    max_tokens = "many"
  }
}

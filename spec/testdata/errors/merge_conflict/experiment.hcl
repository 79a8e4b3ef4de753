#! experiment.hcl b.hcl
server "emulator" "ref" {}

workload "review" {
  step "a" {
    prompt = <<EOT
A heading
=======
EOT
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
<<<<<<< HEAD
  model    = "m"
=======
  model    = "n"
>>>>>>> other
  repeats  = "three"
}

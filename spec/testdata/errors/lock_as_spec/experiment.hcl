#! experiment.lock.hcl

server "emulator" "main" {}

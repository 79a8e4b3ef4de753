#! .
experimnt "y" {}

locals {
  b = nope
  c = local.a
}

experiment "x" {
  server = server.emulator.reff
}

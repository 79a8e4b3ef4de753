locals {
  a = <<EOT
abc

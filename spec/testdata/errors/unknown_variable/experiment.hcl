#! -var modl=gemma3:latest
#! -var depth=3

variable "model" {
  default = "gemma3"
}

locals {
  name = var.modle
}

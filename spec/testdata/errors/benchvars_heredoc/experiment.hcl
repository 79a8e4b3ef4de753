#! -var-file x.benchvars
variable "a" {}

variable "b" {}

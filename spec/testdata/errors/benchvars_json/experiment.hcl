#! -var-file a.benchvars.json
#! -var-file b.benchvars.json

variable "model" {
  type = string
}

variable "sizes" {
  type = list(number)
}

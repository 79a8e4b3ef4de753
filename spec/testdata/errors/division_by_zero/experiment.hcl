variable "share" {
  default = 1 / 0
}

locals {
  none = 0
  rest = 5 % 0
  many = 3 / local.none
}

workload "w" {
  step "first" {
    prompt = "Say ${1 / 0} words."
  }

  step "second" {
    prompt = -1 / local.none
  }

  step "third" {
    prompt = "Say ${4 / 2} words."
  }
}

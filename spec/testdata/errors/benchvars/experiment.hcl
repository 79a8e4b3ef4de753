#! -var-file lab.benchvars
#! -var-file labb.benchvars
#! BENCH_VAR_size=large
#! BENCH_VAR_models=unused, since a file gives it
#! BENCH_VAR_unknown=1

variable "model" {
  type = string
}

variable "models" {
  type = list(string)
}

variable "limits" {
  type = object({ low = number, high = optional(number, 9) })
}

variable "size" {
  type = number
}

variable "repeats" {
  type = number

  validation {
    condition     = var.repeats > 1
    error_message = "one run has no spread"
  }

  validation {
    condition     = var.repeats % 2 == 1
    error_message = "a median needs an odd number"
  }
}

variable "ratio" {}
variable "labels" {}
variable "pair" {}

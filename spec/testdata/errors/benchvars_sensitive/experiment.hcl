#! -var-file one_line.benchvars.json
#! -var-file broken.benchvars
#! -var-file broken.benchvars.json
#! -var pin=hunter2
#! BENCH_VAR_code=hunter2

variable "key" {
  type      = number
  sensitive = true
}

variable "token" {
  type     = string
  sensitiv = true

  validation {
    condition     = length(var.token) > 20
    error_message = "too short"
  }
}

variable "phrase" {
  sensitive = true

  validation {
    condition     = endswith(var.phrase, "!")
    error_message = "${var.phrase} has no end"
  }
}

variable "pin" {
  type      = number
  sensitive = true
}

variable "code" {
  type      = number
  sensitive = "yes"
}

variable "account" {
  sensitive = true
}

variable "size" {
  type = number
}

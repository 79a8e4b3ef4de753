variable "model" {
  default = "a"

  validation {
    condition     = parseint(var.model, 10) > 0
    error_message = "never said"
  }
}

variable "size" {
  default = 0

  validation {
    condition     = var.size > 0
    error_message = "must be over ${[1][var.size + 1]}"
  }

  validation {
    condition     = var.sizes > 0
    error_message = "never said"
  }
}

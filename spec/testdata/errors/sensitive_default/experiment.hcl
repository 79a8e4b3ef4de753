variable "pin" {
  type      = number
  default   = "hunter2"
  sensitive = true
}

variable "key" {
  default   = parseint("hunter2", 10)
  sensitive = true
}

variable "token" {
  default   = "hunter2"
  sensitive = true

  validation {
    condition     = length(var.token) > 20
    error_message = "too short"
  }
}

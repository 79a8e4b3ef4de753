#! -var repeats=many
#! -var sizes=["a"
variable "repeats" {
  type = number
}

variable "sizes" {
  type = list(number)
}

variable "model" {
  type    = strng
  default = "gemma3"
}

variable "limits" {
  type    = object({ low = number })
  default = { low = "none" }
}

variable "name" {
  default = upper(var.model)
}

variable "elements" {
  type    = list
  default = []
}

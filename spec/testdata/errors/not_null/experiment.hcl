#! -var repeats=null

variable "repeats" {
  type     = number
  nullable = false
}

variable "model" {
  default  = null
  nullable = false
}

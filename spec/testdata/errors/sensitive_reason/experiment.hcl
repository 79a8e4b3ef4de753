#! -var key=hunter2
#! -var pin=hunter2

variable "key" {
  type      = string
  sensitive = true
}

variable "pin" {
  type      = number
  sensitive = true
}

locals {
  number = parseint(var.key, 10)
  json   = jsondecode("{${var.key}")
  lookup = { a = 1 }[upper(var.key)]
  keys   = { for k in [var.key, var.key] : k => 1 }
  loop   = [for c in split("", var.key) : parseint(c, 2)]
  file   = file("${var.key}.txt")
  render = templatefile("a.tmpl", { key = var.key })
  both   = tonumber("${var.key}") + nope
  other  = [parseint("12x", 10), var.key]
}

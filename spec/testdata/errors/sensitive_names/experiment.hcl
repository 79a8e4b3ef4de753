# The names in an object that is sensitive as a whole are as sensitive, be it in a function, in a template or behind a conversion.
variable "keys" {
  sensitive = true
  default   = { hunter2 = "x", inner = { hunter2 = 1 } }
}

variable "list" {
  sensitive = true
  default   = [{ hunter2 = "x" }]
}

variable "word" {
  sensitive = true
  default   = "hunter2"
}

variable "broken" {
  sensitive = true
  default   = { hunter2 = "x" }

  validation {
    condition     = length(var.broken) > 1
    error_message = "Give two keys."
  }
}

function "get" {
  params = [keys]
  result = keys.user
}

locals {
  attribute  = var.keys.user
  deeper     = var.keys.inner.user
  element    = var.list[0].user
  inside     = [var.keys][0].user
  loop       = [for k in [var.keys] : k.user]
  called     = get(var.keys)
  converted  = transpose(var.keys)
  rendered   = templatefile("keys.tmpl", { keys = var.keys })
  computed   = { (var.word) = 1 }.user
  not_broken = var.broken.user
}

variable "secret" {
  default   = "hunter2"
  sensitive = true
}

function "secret" {
  result = var.secret
}

function "number" {
  params = [text]
  result = parseint(text, 10)
}

function "outer" {
  params = [text]
  result = number("${text}${var.secret}")
}

locals {
  a = parseint(secret(), 10)
  b = number(var.secret)
  c = outer("x")
  d = parseint(sensitive(file("secret.txt")), 10)
  e = [for s in [secret()] : parseint(s, 10)]
  f = templatefile("key.tmpl", { key = sensitive(file("secret.txt")) })
  g = number("x")
}

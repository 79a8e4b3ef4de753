variable "secret" {
  default   = "hunter2"
  sensitive = true
}

function "fails" {
  params = [n]
  result = n.missing
}

function "secret" {
  params = [n]
  result = parseint("${var.secret}${n}", 10)
}

locals {
  a = fails(4)
  b = fails()
  c = secret(1)
  d = unknwn(1)
  e = jsondecode("{")
  f = yamldecode("a: .inf")
  g = fileset("{a,b}/*")
}

function "greeting" {
  params = [name]
  result = upper("Hello ${name}" + 1)
}

locals {
  a = templatefile("greeting.tmpl", { name = "a" })
  b = templatefile("greeting.tmpl", { name = "b" })
  c = greeting("c")
  d = greeting("d")
  e = greeting("e")
  f = greeting("f")
  g = greeting("g")
}

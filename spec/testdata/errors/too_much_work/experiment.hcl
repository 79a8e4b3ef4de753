locals {
  list   = range(100000)
  square = [for a in local.list : [for b in local.list : 1]]
  ranges = [for a in local.list : range(a)]
  text   = join(",", local.list)
  texts  = "%{for a in local.list}${local.text}%{endfor}"
  joined = "${local.text}${join("", [for a in range(14) : local.text])}${join("", [for a in range(14) : local.text])}"
  pieces = templatefile("pieces.tmpl", { text = local.text })
  fine   = length([for a in range(300) : [for b in range(300) : a * b]])
}

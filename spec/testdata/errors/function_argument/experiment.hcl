locals {
  few    = substr("abc", 1)
  many   = upper("a", "b")
  kind   = upper(["a"])
  number = parseint("12x", 10)
  regex  = regex("(", "abc")
  range  = range(0, 10, 0)
  json   = jsondecode("{\"a\": }")
  index  = [1, 2][5]
  when   = "a" ? 1 : 2
}

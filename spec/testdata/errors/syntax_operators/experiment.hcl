locals {
  a = 1
  b = local.a == 1 and local.a < 2
  c = not local.a == 1
  d = (local.a == 1 or local.a == 2)
  e = "${local.a == 1 and true}"
  f = local.a = 1
  g = max(1, 2))
  h = [local.a = 1]
}

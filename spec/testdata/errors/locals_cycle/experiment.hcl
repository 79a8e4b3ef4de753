locals {
  a     = local.b + 1
  b     = "${local.c}"
  c     = [local.a]
  alone = local.alone
  fine  = local.b
  whole = keys(local)
}

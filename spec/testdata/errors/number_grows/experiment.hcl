locals {
  x0 = 1e300
  x1 = local.x0 * local.x0
  x2 = local.x1 * local.x1
  x3 = local.x2 * local.x2
  x4 = local.x3 * local.x3
  x5 = local.x4 * local.x4
  x6 = local.x5 * local.x5
  text = "${local.x6}"
}

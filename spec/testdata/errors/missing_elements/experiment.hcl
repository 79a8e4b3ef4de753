variable "machines" {
  type = list(object({ host = string, cores = number }))

  default = [
    { host = "a", cores = 8 },
    { host = "b", cores = 16 },
  ]
}

locals {
  pair    = [1, 2]
  sizes   = tomap({ small = 1, large = 2 })
  written = [1, 2][7]
  local   = local.pair[2]
  none    = [][0]
  first   = [3][1]
  counted = [for i in range(3) : local.pair[i]]
  listed  = tolist([1, 2, 3])[5]
  key     = [for k in ["smal"] : local.sizes[k]]
  literal = local.sizes["lrge"]
  row     = [for row in var.machines : row.hots]
  far     = [for row in var.machines : row.memory]
  object  = local.thing.amt
  thing   = { arm = 1, bar = 2 }
  called  = pick([1, 2])
}

function "pick" {
  params = [of]
  result = of[3]
}

# What a function reads counts where a loop calls it in each of its rounds, be it to choose them.
locals {
  text = join(format("%999s", ""), [for i in range(8000) : ""])
  odd  = try([for i in range(100000) : i if startswith(local.text, i)], "nothing")
}

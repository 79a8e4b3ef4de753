# What a comparison reads counts as what a function does.
locals {
  text = join(format("%999s", ""), [for i in range(8000) : ""])
  same = [for i in range(100000) : local.text == "a"]
}

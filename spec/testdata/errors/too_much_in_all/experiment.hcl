# Each of these is not too much, and all of them are.
function "each" {
  params = [text]
  result = [for i in range(70) : startswith(text, "a")]
}

locals {
  text = join(format("%999s", ""), [for i in range(8000) : ""])

  first  = each(local.text)
  second = each(local.text)
  third  = each(local.text)
}

locals {
  colon: 1
}

locals {
  plus += 1
}

locals {
  let word = 1
}

locals:

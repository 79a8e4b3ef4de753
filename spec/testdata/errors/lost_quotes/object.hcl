locals {
  object = { a = "b }
}

locals {
  object  = { a = 1 ]
}

locals {
  a = [256 512]
}

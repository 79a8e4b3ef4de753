locals {
  inner = "x ${upper("a)} y"
}

locals {
  rows = [1, 2]
  text = templatefile("rows.tmpl", { rows = local.rows, name = null })
}

locals {
  a = << EOT
text
EOT
}

locals {
  b = <<~EOT
text
EOT
}

bench {
  required_version = ">= 0.2.0"
}

wibble "x" {}

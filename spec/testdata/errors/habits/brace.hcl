locals {
  brace   = 1 }

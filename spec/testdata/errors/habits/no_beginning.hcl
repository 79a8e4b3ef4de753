locals {
  no_open = a = 1 }

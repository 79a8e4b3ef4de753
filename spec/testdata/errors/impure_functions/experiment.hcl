locals {
  now    = timestamp()
  then   = plantimestamp()
  id     = uuid()
  hash   = bcrypt("password")
  secret = rsadecrypt("AA==", "key")
  home   = pathexpand("~/.cache")
  here   = abspath(".")
  key    = vault("secret/api", "key")
  net    = cidrsubnet("10.0.0.0/8", 8, 1)
  list   = list(1, 2)
  shown  = "${now}"
}

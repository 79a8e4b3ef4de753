locals {
  a = 1 /* one */
}

/* Nothing ends this comment,
   although it has some lines.

locals {
  b = nope
}

locals {
  a = lenght("abc")
  b = timestamp()
  c = uuid()
  d = env("HOME")
  e = frobnicate(1)
  f = provider::aws::arn("x")
}

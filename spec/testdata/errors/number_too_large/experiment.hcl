locals {
  fine  = 1e308 + 1.5E-300
  large = 1111E111111111
}

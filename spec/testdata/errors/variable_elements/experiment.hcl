#! -var sizes=[1, "x"]
#! -var deep=["a"]

variable "sizes" {
  type = list(number)
}

variable "deep" {
  type    = map(list(number))
  default = {}
}

variable "rows" {
  type    = list(object({ n = number }))
  default = [{ n = 1 }, { n = "many" }]
}

#! -var a={}
#! -var b=[1,
#! -var c={x="q"}
#! -var d=[1, two]
#! -var e=1 2
#! -var f=["x"]
#! -var g=[1
#! -var h={y=hunter2
#! -var-file wrong.benchvars
variable "a" {
  type = object({ x = number })
}

variable "b" {
  type = list(number)
}

variable "c" {
  type = object({ x = number })
}

variable "d" {
  type = list(number)
}

variable "e" {
  type = number
}

variable "f" {
  type = map(number)
}

variable "g" {
  type = list(number)
}

variable "h" {
  type      = object({ x = number })
  sensitive = true
}

variable "i" {
  type = object({ x = number })
}

variable "a" {
  type = list of string
}

variable "b" {
  type = list<string>
}

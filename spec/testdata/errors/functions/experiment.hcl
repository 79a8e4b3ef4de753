variable "secret" {
  default   = "hunter2"
  sensitive = true
}

function "upper" {
  params = [text]
  result = text
}

function "itself" {
  params = [n]
  result = n == 0 ? 0 : itself(n - 1)
}

function "first" {
  result = second()
}

function "second" {
  result = first()
}

function "twice" {
  params = [a, b, a]
  result = a
}

function "quoted" {
  params = ["a"]
  result = 1
}

function "shadow" {
  params = [var]
  result = 1
}

function "no_list" {
  params = a
  result = 1
}

function "no_result" {
  params = [a]
}

function "rest" {
  params         = [a]
  variadic_param = a
  result         = a
}

function "unknown" {
  params = [tokens]
  result = tokns / local.nothing
}

function "reference" {
  result = agent.a
}

agent "a" {
  builtin = "workflow"
}

function "row" {
  params = [n]
  result = [for i in range(1000) : n]
}

function "table" {
  params = [n]
  result = [for i in range(1000) : row(n)]
}

function "book" {
  params = [n]
  result = [for i in range(1000) : table(n)]
}

function "count" {
  params = [n]
  result = length([for i in range(40000) : n])
}

function "page" {
  params = [n]
  result = length(templatefile("page.tmpl", { n = n }))
}

locals {
  books   = book(1)
  counted = sum([for i in range(99) : count(i)])
  pages   = sum([for i in range(99) : page(i)])
  tried   = try(book(1), [])
  fine    = length(row(1)) + count(1)
}

locals {
  corpus = file("corpus.txt")
  number = parseint(local.corpus, 10)
}

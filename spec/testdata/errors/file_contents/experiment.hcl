locals {
  folder = file("prompts")
  binary = file("binary.txt")
  near   = file("binary.text")
}

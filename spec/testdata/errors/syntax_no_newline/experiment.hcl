locals {
  greeting = hello world
}

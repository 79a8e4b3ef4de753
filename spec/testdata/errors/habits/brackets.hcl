server "emulator" "a" {
  ttft = "10ms"
]

server "emulator" "b" {
  ttft = "10ms"
)

locals {
  list    = [1)
  args    = max(1]
  parens  = (1 + 2]
  close   = 1)
}

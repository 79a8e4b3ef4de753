experiment "x" {
  title = "lost
  agent: go
  repeats 3
  model := "m"
  - warmup
  let timeout = 1
  bare
  seed == 1
  "a" = 1
  a.b = 1
  matrix:
    num_gpu: [1, 2]
    num_ctx: [256]
  order = "shuffled"
}

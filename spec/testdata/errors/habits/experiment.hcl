#! experiment.hcl blocks.hcl heredocs.hcl lines.hcl brackets.hcl brace.hcl no_beginning.hcl object.hcl types.hcl
locals {
  x       = [1]
  b_and   = local.x and true
  b_or    = local.x or true
  b_not   = not local.x
  is_not  = local.x is not null
  is      = local.x is null
  not_in  = 1 not in local.x
  in      = 1 in local.x
  if      = "a" if true else "b"
  if_then = if true then 1 else 2
  for     = [y for y in local.x]
  lambda  = lambda y: y
  arrow   = y => y
  thin    = y -> y
  pairs   = { "a" => 1 }
  same    = 1 === 1
  other   = 1 !== 1
  differs = 1 <> 1
  nothing = null ?? 1
  safe    = local.x?.y
  power   = 2 ** 3
  joined  = "a" ++ "b"
  spread  = { ...local.x }
  matches = "a" =~ "b"
  to      = 1..5
  piece   = local.x[0:1]
  triple  = """x"""
  several = """
  format  = f"x"
  raw     = r"\d+"
  quote   = "say "hi" twice"
  texts   = "a" "b"
  escape  = "\d+"
  bare    = ${local.x}
  dollar  = $HOME
  single  = 'x'
  tick    = `x`
  curly   = “x”
  percent = "100%{x}"
  digits  = 1_000
  hex     = 0x10
  unit    = 30s
  share   = 1 < 2%
  point   = .6
  method  = "a b".split(" ")
  call    = upper var.model
  named   = [a: 1]
  tuple   = (1, 2)
  set     = {1, 2}
  second  = 1 = 1
  commas  = [1, , 2]
  behind  = 1 +
  ternary = true ? 1
}

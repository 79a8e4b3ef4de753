locals {
  text    = file("binary.dat")
  missing = filesha256("binry.dat")
  folder  = filebase64("sub")
  outside = fileexists("../file_functions/experiment.hcl")
  listed  = fileset("..", "*.hcl")
  pattern = fileset("sub", "[")
  many    = fileset("sub", "a", "b")
  digest  = filesha256("binary.dat")
  shown   = jsondecode(base64encode(filebase64("binary.dat")))
}

#! experiment.hcl object.hcl inner.hcl
locals {
  end      = "30s
  begin    = 30s"
  first    = ["a, "b"]
  last     = ["a", "b]
  call     = max(1, "b)
  sequence = "${local.end"
  joined   = "${join(",", local.first)"
  umlaut   = "ä${"ö
}

agent "go {
  builtin = "workflow"
}

agent rust" {
  builtin = "workflow"
}

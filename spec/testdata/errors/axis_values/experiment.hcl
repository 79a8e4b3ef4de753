server "emulator" "ref" {}

workload "review" {
  step "analysis" {
    prompt = "Analyse this."
  }
}

experiment "sweep" {
  server   = server.emulator.ref
  workload = workload.review
  model    = "m"

  matrix {
    objects = [{ name = "a" }, { size = 2 }]
    nulls   = [1, null]
    huge    = [1e400]
    lists   = [[1], [2]]
    scalar  = 60
    object  = { a = 1 }
    twice   = [0.8, 0.5, 0.800000011920929]
    same    = toset(["a", "b"])

    axis "long" {
      values = [1, 2]
      label  = "l_1"
    }

    axis "num gpu" {
      values = [1]
    }

    axis "no_values" {}
  }

  options = { objects = matrix.objects, nulls = matrix.nulls, same = matrix.same }
}

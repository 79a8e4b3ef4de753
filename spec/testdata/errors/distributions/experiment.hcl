workload "shape" {
  prompts {
    synthetic {
      input_tokens  = "norml(512, 64)"
      output_tokens = "normal(512)"
    }
  }
}

workload "form" {
  prompts {
    synthetic {
      input_tokens  = "about 512"
      output_tokens = "uniform(200, 100)"
    }
  }
}

workload "length" {
  prompts {
    synthetic {
      input_tokens  = 0.5
      output_tokens = "normal(512, -1)"
    }
  }
}

workload "long" {
  prompts {
    synthetic {
      input_tokens  = "uniform(1, 1000000000)"
      output_tokens = 128
    }
  }
}

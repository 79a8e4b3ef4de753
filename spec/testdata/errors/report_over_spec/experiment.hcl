#! experiment.hcl spec.md

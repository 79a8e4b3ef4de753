#! spec.hcl.json

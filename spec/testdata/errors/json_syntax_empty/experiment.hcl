#! empty.hcl.json

#! experiment.hcl other/servers.hcl

#! experiment.hc

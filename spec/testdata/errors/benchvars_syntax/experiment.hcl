#! -var-file a.benchvars
#! -var-file b.benchvars
#! -var-file experiment

variable "model" {}
variable "size" {}

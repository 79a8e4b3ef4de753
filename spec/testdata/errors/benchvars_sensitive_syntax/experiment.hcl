#! -var-file quote.benchvars
#! -var-file unit.benchvars
#! -var-file twice.benchvars
#! -var-file unknown.benchvars
#! -var-file comma.benchvars.json
#! -var-file word.benchvars.json

variable "key" {
  sensitive = true
}

server "emulator" "ref" {}

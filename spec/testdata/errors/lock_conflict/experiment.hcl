server "emulator" "main" {}

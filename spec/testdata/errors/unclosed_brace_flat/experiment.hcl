server "emulator" "ref" {}

workload "review" {
step "a" {
prompt = "x"
options = {
temperature = 0.5
}
}
}

experiment "sweep" {
server = server.emulator.ref
workload = workload.review
model = "m"
matrix {
num_ctx = [256, 512]
options = matrix
}

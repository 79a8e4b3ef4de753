function "f0" {
  params = [n]
  result = f1(n) + f1(n)
}

function "f1" {
  params = [n]
  result = f2(n) + f2(n)
}

function "f2" {
  params = [n]
  result = f3(n) + f3(n)
}

function "f3" {
  params = [n]
  result = f4(n) + f4(n)
}

function "f4" {
  params = [n]
  result = f5(n) + f5(n)
}

function "f5" {
  params = [n]
  result = f6(n) + f6(n)
}

function "f6" {
  params = [n]
  result = f7(n) + f7(n)
}

function "f7" {
  params = [n]
  result = f8(n) + f8(n)
}

function "f8" {
  params = [n]
  result = f9(n) + f9(n)
}

function "f9" {
  params = [n]
  result = f10(n) + f10(n)
}

function "f10" {
  params = [n]
  result = f11(n) + f11(n)
}

function "f11" {
  params = [n]
  result = f12(n) + f12(n)
}

function "f12" {
  params = [n]
  result = f13(n) + f13(n)
}

function "f13" {
  params = [n]
  result = f14(n) + f14(n)
}

function "f14" {
  params = [n]
  result = f15(n) + f15(n)
}

function "f15" {
  params = [n]
  result = f16(n) + f16(n)
}

function "f16" {
  params = [n]
  result = f17(n) + f17(n)
}

function "f17" {
  params = [n]
  result = f18(n) + f18(n)
}

function "f18" {
  params = [n]
  result = f19(n) +!f19(n)
}

function "f19" {
  params = [n]
  result = f20(n) + f20(n)
}

function "g20" {
  params = [n]
  result = f21(n) + f21(n)
}

function "f21" {
  params = [n]
  result = f22(n) + f22(n)
}

function "f22" {
  params = [n]
  result = f23(n) + f23(n)
}

function "f23" {
  params = [n]
  result = f24(n) + f24(n)
}

function "f24" {
  params = [n]
  result = f25(n) + f25(n)
}

function "f25" {
  params = [n]
  result = funcf26(n) + f26(n)
}

function "f26" {
  params = [n]
  result = f27(n) + f27(n)
}

function "f27" {
  params = [n]
  result = f28(n) + f28(n)
}

function "f28" {
  params = [n]
  result = f29(n) + f29(n)
}

function "f29" {
  params = [n]
  result = f30(n) + f30(n)
}

function "f30" {
  params = [n]
  result = n
}

locals {
  never = f0(1)
}
#!/usr/bin/env python3
"""Writes torch_bf16.inl: PyTorch's rounding of f32 to bf16, as bits, and a product of bf16 matrices summed in f32.

usage: torch_bf16.py > torch_bf16.inl     (written with PyTorch 2.15.0)
"""
import struct

import torch

# Ties to even both ways, just beside ties, subnormals (also those that round to the least normal), the largest that
# stay finite, the least that do not, zeros, infinities. NaN is apart: PyTorch gives one NaN for all.
BITS = [
    0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0xbf808000,
    0xbf818000, 0x3f80ffff, 0x3fffffff, 0x00000001, 0x00007fff, 0x00008000, 0x00008001, 0x00018000, 0x80018000,
    0x007fffff, 0x007f8000, 0x007f7fff, 0x00800000, 0x7f7f0000, 0x7f7f7fff, 0x7f7f8000, 0x7f7fffff, 0xff7fffff,
    0x7f800000, 0xff800000, 0x40490fdb, 0xc2f6e979, 0x1e3ce508,
]


def main():
    print("// Written by torch_bf16.py with PyTorch", torch.__version__.split("+")[0])
    print("const std::vector<std::pair<std::uint32_t, std::uint16_t>> rounded = {")
    for bits in BITS:
        x = torch.tensor(struct.unpack("f", struct.pack("I", bits))[0], dtype=torch.float32)
        assert struct.unpack("I", struct.pack("f", x.item()))[0] == bits
        print(f"    {{0x{bits:08x}, 0x{x.to(torch.bfloat16).view(torch.int16).item() & 0xffff:04x}}},")
    print("};")
    # Sines, 3 x 40 by 40 x 5; terms are exact in f32, so that only the sums round.
    a = torch.sin(0.37 * torch.arange(1, 121, dtype=torch.float64)).reshape(3, 40).float().to(torch.bfloat16)
    b = torch.sin(0.73 * torch.arange(1, 201, dtype=torch.float64)).reshape(40, 5).float().to(torch.bfloat16)
    c = torch.matmul(a.float(), b.float())
    print("const std::vector<double> product = {" + ", ".join(repr(x) for x in c.flatten().tolist()) + "};")


main()

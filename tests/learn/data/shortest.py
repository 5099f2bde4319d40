#!/usr/bin/env python3
"""Writes shortest.inl: predictions z of f32 and f64 networks, and the shortest decimals that encode to z again.

Every number of digits from 1 to 17 is tried in turn; encoding and decoding are Python's f64, f32 is struct's.
usage: shortest.py > shortest.inl
"""
import random
import struct


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def shortest(mean, deviation, z, rounding):
    exact = mean + z * deviation
    for digits in range(1, 18):
        candidate = float(f"{exact:.{digits - 1}e}")
        if rounding((candidate - mean) / deviation) == z:
            return candidate
    return exact


random.seed(5)
print("// Written by shortest.py.\nconst Case cases[] = {")
for mean, deviation in [(0.0, 1.0), (17000.0, 4500.0), (5e6 + 0.25, 1.5), (-4.2e9, 3e-3), (1.7e12, 9e5), (3.3e15, 0.7),
                        (-2e-7, 4e-9), (1e300, 1e299)]:
    for bits, rounding in ((32, f32), (64, float)):
        for _ in range(4):
            z = rounding(random.gauss(0, 1))
            print(f"    {{{mean.hex()}, {deviation.hex()}, DType::f{bits}, {z.hex()}, "
                  f"{shortest(mean, deviation, z, rounding)!r}}},")
        target = round(mean + 0.4 * deviation, 3)  # a number as it stands in a file, which the network hits
        z = rounding((target - mean) / deviation)
        print(f"    {{{mean.hex()}, {deviation.hex()}, DType::f{bits}, {z.hex()}, "
              f"{shortest(mean, deviation, z, rounding)!r}}},")
print("};")

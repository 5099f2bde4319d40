"""Prints the normal quantiles of random_test.cpp: Phi^-1(q + 1/2) in 40 digits by mpmath, rounded to double.

Philox itself is tested against the vectors of Random123 (tests/kat_vectors there).
"""
import mpmath

mpmath.mp.dps = 40
for q in [2.0**-30, 0.1, 0.25, 0.4249, 0.425, 0.42501, 0.45, 0.4999, 0.5 - 1e-9, 0.5 - 2.0**-33, 0.5 - 1e-12, 0.5 - 2.0**-54]:
    print("    {%s, %r}," % (q.hex(), float(mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(q)))))

"""Prints the polynomials of erf in src/gradus/engine/cpu/kernels/highway/math.inl, and their errors. Needs mpmath.

|x| <= 1: erf(x) / x in powers of x^2.   |x| > 1: e^(x^2) erfc(x) in powers of 1 / (|x| + 2).
"""
import mpmath as mp

mp.mp.dps = 60


def small(s):
    root = mp.sqrt(s)
    return mp.erf(root) / root if s > mp.mpf(10) ** -40 else 2 / mp.sqrt(mp.pi)


def large(t):
    return mp.exp((1 / t - 2) ** 2) * mp.erfc(1 / t - 2)


def fit(name, f, low, high, terms, weight):
    descending = mp.chebyfit(f, [low, high], terms)
    points = [low + (high - low) * mp.mpf(i) / 2000 for i in range(2001)]
    worst = max(abs(mp.polyval(descending, x) / f(x) - 1) * weight(x) for x in points)
    print(f"// {name}: error {mp.nstr(worst, 3)}")
    print(", ".join(mp.nstr(c, 18) for c in reversed(descending)))


def absolute(t):  # what an error of e^(x^2) erfc(x) does to erf(x)
    return mp.erfc(1 / t - 2)


fit("small f32", small, mp.mpf(0), mp.mpf(1), 7, lambda s: 1)
fit("small f64", small, mp.mpf(0), mp.mpf(1), 12, lambda s: 1)
fit("large f32", large, 1 / mp.mpf("6.2"), mp.mpf(1) / 3, 6, absolute)
fit("large f64", large, 1 / mp.mpf(8), mp.mpf(1) / 3, 15, absolute)

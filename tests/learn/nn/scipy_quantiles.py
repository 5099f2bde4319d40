"""Known quantiles: SciPy's.

usage: python3 tests/learn/nn/scipy_quantiles.py > tests/learn/nn/scipy_quantiles.inl     (needs scipy)
"""
from scipy.stats import binom, t

print("// Written by scipy_quantiles.py: degrees of freedom, probability of [-t, t], t.")
print("const std::vector<std::tuple<int, double, double>> student_values = {")
for freedom in [1, 2, 3, 4, 9, 24, 99, 999, 99999]:
    for level in [0.5, 0.95, 0.999]:
        print(f"    {{{freedom}, {level}, {float(t.ppf((1 + level) / 2, freedom))!r}}},")
print("};")
print("// Trials, share, level, quantile.")
print("const std::vector<std::tuple<std::int64_t, double, double, std::int64_t>> binomial_values = {")
for trials in [1, 2, 10, 37, 1000, 1000000]:
    for share in [0.01, 0.333, 0.5, 0.9]:
        for level in [0.025, 0.975]:
            print(f"    {{{trials}, {share}, {level}, {int(binom.ppf(level, trials, share))}}},")
print("};")

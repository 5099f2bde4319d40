"""Known values of Student's t: SciPy's.

usage: python3 tests/app/cli/cv/student.py > tests/app/cli/cv/student.inl     (needs scipy)
"""
from scipy.stats import t

print("// Written by student.py: degrees of freedom, probability of [-t, t], t.")
print("const std::vector<std::tuple<int, double, double>> student_values = {")
for freedom in [1, 2, 3, 4, 9, 24, 99, 999, 99999]:
    for level in [0.5, 0.95, 0.999]:
        print(f"    {{{freedom}, {level}, {float(t.ppf((1 + level) / 2, freedom))!r}}},")
print("};")

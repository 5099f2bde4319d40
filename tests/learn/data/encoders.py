"""Known values of the encoders: scikit-learn for those that it has, NumPy for the formulas of papers.

usage: python3 tests/learn/data/encoders.py > tests/learn/data/encoders.inl     (needs scikit-learn)
"""
import numpy as np
from sklearn.preprocessing import QuantileTransformer, StandardScaler

x = np.array([3.0, -1.5, 0.25, 8.0, 8.0, 8.0, 100.0, 2.5, -7.0, 0.25, 4.75, 1.0])
new = np.array([-9.0, -7.0, 0.0, 0.25, 2.0, 8.0, 9.5, 100.0, 1000.0])


def row(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


def robust(clip):
    low, middle, high = np.quantile(x, [0.25, 0.5, 0.75])
    u = (new - middle) / (high - low)
    return u if clip == 0 else u / np.sqrt(1 + (u / clip) ** 2)


def periodic(count, slowest):
    z = (new - x.mean()) / x.std()
    columns = [z]
    for wave in range(count):
        columns += [np.sin(2 * np.pi * slowest * 2**wave * z), np.cos(2 * np.pi * slowest * 2**wave * z)]
    return np.stack(columns, 1).ravel()


def piecewise(bins):
    edges = np.unique(np.quantile(x, np.linspace(0, 1, bins + 1)))
    out = []
    for value in new:
        for i in range(len(edges) - 1):
            share = (value - edges[i]) / (edges[i + 1] - edges[i])
            if i > 0:
                share = max(share, 0.0)
            if i + 2 < len(edges):
                share = min(share, 1.0)
            out.append(share)
    return out


def quantile(count):
    made = QuantileTransformer(n_quantiles=count, output_distribution="normal", subsample=None).fit(x[:, None])
    return made.transform(new[:, None])[:, 0]


positive = np.abs(x)
logs = StandardScaler().fit(np.log(positive + 1)[:, None])

print("// Written by encoders.py.")
print(f"const std::vector<double> learnt = {row(x)};")
print(f"const std::vector<double> cells = {row(new)};")
print("const Case cases[] = {")
for text, values in [
    ("standard", StandardScaler().fit(x[:, None]).transform(new[:, None])[:, 0]),
    ("robust", robust(3)),
    ("robust clip 0", robust(0)),
    ("robust clip 1.5", robust(1.5)),
    ("quantile", quantile(10)),
    ("quantile quantiles 5", quantile(5)),
    ("periodic count 3 slowest 0.25", periodic(3, 0.25)),
    ("piecewise bins 4", piecewise(4)),
    ("piecewise bins 12", piecewise(12)),
]:
    print(f'    {{"{text}", {row(values)}}},')
print("};")
print(f"const std::vector<double> logs_of_cells = {row(logs.transform(np.log(np.abs(new) + 1)[:, None])[:, 0])};")

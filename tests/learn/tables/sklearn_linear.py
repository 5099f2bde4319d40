"""Known values of linear models: scikit-learn's ridge and logistic regression on standardized features, for each penalty.

usage: python3 tests/learn/tables/sklearn_linear.py > tests/learn/tables/sklearn_linear.inl     (needs scikit-learn)
"""
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

rows = 24
i = np.arange(rows)
x = np.stack([np.sin(1.3 * i), 3 + 5 * np.cos(0.7 * i), (i % 5) * 0.5], 1)
y = 2 * x[:, 0] - 0.3 * x[:, 1] + np.sin(3.1 * i)
classes = i // 2 % 3
z = (x - x.mean(0)) / x.std(0)


def row(values):
    return "{" + ", ".join(repr(float(v)) for v in np.ravel(values)) + "}"


def in_features(weights, bias):
    """Of standardized features as of features."""
    weights = np.atleast_2d(weights) / x.std(0)
    return np.concatenate([weights, (np.ravel(bias) - weights @ x.mean(0))[:, None]], 1)


print("// Written by sklearn_linear.py: a line a penalty, for each output the weights and the bias.")
print("const std::map<double, std::vector<double>> ridge_models = {")
for penalty in [10, 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6]:
    made = Ridge(alpha=penalty * rows).fit(z, y)
    print(f"    {{{penalty!r}, {row(in_features(made.coef_, made.intercept_))}}},")
print("};")
print("const std::map<double, std::vector<double>> logistic_models = {")
for penalty in [1e-1, 1e-2, 1e-3, 1e-4]:
    made = LogisticRegression(C=1 / (penalty * rows), tol=1e-10, max_iter=10000).fit(z, classes)
    print(f"    {{{penalty!r}, {row(in_features(made.coef_, made.intercept_))}}},")
print("};")

"""Known values of cross-validations: scikit-learn's, of the trivial answer and of ridge regression with the penalty
1e-6 a row on standardized features, the least that gradus tries and the best for these rows.

usage: python3 tests/cli/cv.py > tests/cli/cv.inl     (needs scikit-learn and scipy)
"""
import numpy as np
from scipy.stats import t
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneGroupOut, TimeSeriesSplit, cross_validate
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

i = np.arange(60)
x = np.stack([i * 37 % 101, i * 53 % 89], 1)
y = 3000 * x[:, 0] - 2000 * x[:, 1] + i * 29 % 13
classes = i * i * 7 % 11 % 3
groups = i % 6
of_numbers = {"r2": "r2", "mae": "neg_mean_absolute_error", "mse": "neg_mean_squared_error"}
of_classes = {"accuracy": "accuracy", "log_loss": "neg_log_loss"}


class RidgeByRow(Ridge):
    def fit(self, features, target):
        self.alpha = 1e-6 * len(features)
        return super().fit(features, target)


def show(case, who, model, target, splits, metrics):
    made = cross_validate(model, x, target, cv=splits, scoring=metrics)
    ratio = np.mean([len(held) / len(learnt) for learnt, held in splits])
    for ours, theirs in metrics.items():
        scores = np.abs(made["test_" + ours]) if theirs.startswith("neg_") else made["test_" + ours]
        count = len(scores)
        reach = t.ppf(0.975, count - 1) * np.sqrt((1 / count + ratio) * scores.var(ddof=1))
        numbers = ", ".join(repr(float(n)) for n in [scores.mean(), scores.std(ddof=1), reach])
        print(f'    {{"{case}", "{who}", "{ours}", {numbers}}},')


by_group = list(LeaveOneGroupOut().split(x, y, groups))
by_time = list(TimeSeriesSplit(5).split(x))
print("// Written by cv.py: case, who, metric, mean, spread, half of the interval of Nadeau and Bengio.")
print("const std::vector<Known> known_values = {")
for case, splits in [("group", by_group), ("time", by_time)]:
    show(case, "guess", DummyRegressor(), y, splits, of_numbers)
    show(case, "linear", Pipeline([("scale", StandardScaler()), ("ridge", RidgeByRow())]), y, splits, of_numbers)
show("classes", "guess", DummyClassifier(strategy="prior"), classes, by_group, of_classes)
print("};")

#!/usr/bin/env python3
"""Writes sklearn_metrics.inl: metrics of fixed predictions by scikit-learn and NumPy, in f64.

usage: sklearn_metrics.py > sklearn_metrics.inl     (written with scikit-learn 1.9.1)

Predictions are whole numbers divided by 64 and 16, so that there are ties and every program reads the same numbers. What scikit-learn does not
have is written out here: the expected calibration error of Guo et al. 2017 and quantiles by numpy.quantile.
"""
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.filterwarnings("ignore")
ROWS = 150


def draws(seed, count, below):
    """The same numbers in any language: a linear congruential generator, its high bits."""
    out, x = [], seed
    for _ in range(count):
        x = (x * 6364136223846793005 + 1442695040888963407) % 2**64
        out.append((x >> 33) % below)
    return np.array(out)


def probabilities(seed, classes, truth):
    scores = draws(seed, ROWS * classes, 40).reshape(ROWS, classes).astype(float) + 1
    scores[np.arange(ROWS), truth] += draws(seed + 1, ROWS, 60)
    p = np.round(scores / scores.sum(1, keepdims=True) * 64) / 64
    p[np.arange(ROWS), p.argmax(1)] += 1 - p.sum(1)  # exactly 1
    return p


def calibration_error(p, truth, bins):
    guess, confidence = p.argmax(1), p.max(1)
    edges = np.arange(1, bins) / bins
    which = np.digitize(confidence, edges, right=True)
    out = 0.0
    for b in range(bins):
        rows = which == b
        if rows.any():
            out += rows.mean() * abs((guess[rows] == truth[rows]).mean() - confidence[rows].mean())
    return out


def show(name, values):
    print(f"const std::vector<double> {name} = {{{', '.join(repr(float(v)) for v in np.asarray(values).ravel())}}};")


def classes(name, seed, count, used):
    truth = draws(seed, ROWS, used)
    p = probabilities(seed + 10, count, truth)
    p[3] = p[3] * 0 + np.eye(count)[(truth[3] + 1) % used]  # certain, and wrong
    both = p if count > 1 else np.hstack([1 - p, p])
    labels = np.arange(both.shape[1])
    present = [c for c in labels if (truth == c).any() and (truth != c).any()]
    guess = both.argmax(1)
    show(f"{name}_truth", truth)
    show(f"{name}_predicted", p)
    one_hot = np.eye(len(labels))[truth]
    binary = len(labels) == 2
    area = lambda f: f(truth, both[:, 1]) if binary else np.mean([f(one_hot[:, c], both[:, c]) for c in present])
    precision, recall, f1, _ = m.precision_recall_fscore_support(truth, guess, average="macro", zero_division=0)
    rows = [
        ("correct", (truth == guess).sum()),
        ("accuracy", m.accuracy_score(truth, guess)),
        ("balanced_accuracy", m.balanced_accuracy_score(truth, guess)),
        ("precision", precision),
        ("recall", recall),
        ("f1", f1),
        ("log_loss", m.log_loss(truth, both, labels=labels)),
        ("roc_area", area(m.roc_auc_score)),
        ("pr_area", area(m.average_precision_score)),
        ("calibration_error", calibration_error(both, truth, 15)),
        ("calibration_error_bins_4", calibration_error(both, truth, 4)),
    ]
    if len(labels) > 2 and len(present) == len(labels):  # where scikit-learn takes all of it at once, that is the same
        assert np.isclose(dict(rows)["roc_area"], m.roc_auc_score(truth, both, multi_class="ovr"), atol=1e-12)
        rows.append(("top_k_2", m.top_k_accuracy_score(truth, both - 1e-9 * labels, k=2, labels=labels)))
    print(f"const std::vector<Named> {name}_metrics = {{" + ", ".join(f'{{"{n}", {float(v)!r}}}' for n, v in rows) + "};")
    show(f"{name}_confusion", m.confusion_matrix(truth, guess, labels=labels))


def numbers(name, seed):
    target = draws(seed, ROWS, 400) / 16.0 - 7
    predicted = target + (draws(seed + 1, ROWS, 64) - 30) / 16.0
    show(f"{name}_truth", target)
    show(f"{name}_predicted", predicted)
    size = np.abs(predicted - target)
    rows = [
        ("mse", m.mean_squared_error(target, predicted)),
        ("rmse", np.sqrt(m.mean_squared_error(target, predicted))),
        ("mae", m.mean_absolute_error(target, predicted)),
        ("r2", m.r2_score(target, predicted)),
        ("max_error", m.max_error(target, predicted)),
        ("error_quantile", np.quantile(size, 0.9)),
        ("error_quantile_q_0.5", np.quantile(size, 0.5)),
        ("error_quantile_q_0.333", np.quantile(size, 0.333)),
        ("error_quantile_q_1", np.quantile(size, 1)),
        ("error_quantile_q_0", np.quantile(size, 0)),
    ]
    print(f"const std::vector<Named> {name}_metrics = {{" + ", ".join(f'{{"{n}", {float(v)!r}}}' for n, v in rows) + "};")


print(f"// Written by sklearn_metrics.py with scikit-learn {sklearn.__version__}")
classes("four", 1, 4, 4)
classes("lacking", 2, 5, 3)  # two classes have no rows
classes("two", 3, 2, 2)
numbers("errors", 4)

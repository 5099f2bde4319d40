"""Known 95 % intervals of the metrics in sklearn_metrics.py, by SciPy, or by their definitions in NumPy.

usage: python3 tests/learn/nn/metric_intervals.py > tests/learn/nn/metric_intervals.inl     (needs scikit-learn and scipy)
"""
import contextlib
import io
import os
import sys

import numpy as np
from scipy import stats
from sklearn import metrics as m

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
with contextlib.redirect_stdout(io.StringIO()):
    import sklearn_metrics as of

Z = stats.norm.ppf(0.975)


def of_mean(values):
    return stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))


def cut(interval, most=np.inf):
    return max(interval[0], 0), min(interval[1], most)


def wilson(found, rows):
    return stats.binomtest(int(found), int(rows)).proportion_ci(0.95, method="wilson")


def balanced(truth, guess, present):
    """Newcombe: the ends of Wilson's intervals, squares added."""
    shares = [(guess[truth == c] == c).mean() for c in present]
    ends = [wilson((guess[truth == c] == c).sum(), (truth == c).sum()) for c in present]
    below = np.sqrt(sum((s - e.low) ** 2 for s, e in zip(shares, ends)))
    above = np.sqrt(sum((e.high - s) ** 2 for s, e in zip(shares, ends)))
    return cut(((sum(shares) - below) / len(shares), (sum(shares) + above) / len(shares)), 1)


def roc(truth, p, classes):
    """DeLong's placements by their definition, pair by pair; the variance by class."""
    share, areas = np.zeros(len(truth)), []
    for c in classes:
        mine, others = np.flatnonzero(truth == c), np.flatnonzero(truth != c)
        wins = (p[mine, c][:, None] > p[others, c]) + 0.5 * (p[mine, c][:, None] == p[others, c])
        share[mine] += wins.mean(1) / len(mine)
        share[others] += wins.mean(0) / len(others)
        areas.append(wins.mean())
    variance = sum(np.sum(truth == c) * share[truth == c].var(ddof=1) for c in np.unique(truth))
    reach = Z * np.sqrt(variance) / len(classes)
    return cut((np.mean(areas) - reach, np.mean(areas) + reach), 1)


def pr(truth, p, classes):
    areas = np.array([m.average_precision_score(truth == c, p[:, c]) for c in classes])
    rows = np.array([np.sum(truth == c) for c in classes])
    mean = areas.mean()
    reach = Z * np.sqrt((areas * (1 - areas) / rows).sum()) / len(classes) / (mean * (1 - mean))
    logit = np.log(mean / (1 - mean))
    return 1 / (1 + np.exp(reach - logit)), 1 / (1 + np.exp(-reach - logit))


def calibration(truth, p, bins):
    guess, confidence = p.argmax(1), p.max(1)
    which = np.digitize(confidence, np.arange(1, bins) / bins, right=True)
    over = (guess == truth) - confidence
    return cut(of_mean(np.array([np.sign(over[which == b].sum()) * o for b, o in zip(which, over)])), 1)


def show(name, intervals):
    print(f"const std::vector<Ends> {name}_intervals = {{" + ", ".join(f'{{"{n}", {float(e[0])!r}, {float(e[1])!r}}}' for n, e in intervals) + "};")


def classes(name, seed, count, used):
    truth = of.draws(seed, of.ROWS, used)
    p = of.probabilities(seed + 10, count, truth)
    p[3] = p[3] * 0 + np.eye(count)[(truth[3] + 1) % used]
    guess = p.argmax(1)
    present = list(range(used))
    least = np.finfo(float).eps
    areas = [1] if count == 2 else present
    show(name, [
        ("accuracy", wilson((guess == truth).sum(), of.ROWS)),
        ("balanced_accuracy", balanced(truth, guess, present)),
        ("log_loss", cut(of_mean(-np.log(np.clip(p[np.arange(of.ROWS), truth], least, 1 - least))))),
        ("roc_area", roc(truth, p, areas)),
        ("pr_area", pr(truth, p, areas)),
        ("calibration_error", calibration(truth, p, 15)),
    ])


def numbers(name, seed):
    target = of.draws(seed, of.ROWS, 400) / 16.0 - 7
    error = (of.draws(seed + 1, of.ROWS, 64) - 30) / 16.0
    mean_square, spread = np.mean(error**2), np.mean((target - target.mean()) ** 2)
    influence = error**2 - mean_square / spread * (target - target.mean()) ** 2
    reach = stats.t.ppf(0.975, of.ROWS - 1) * influence.std(ddof=1) / np.sqrt(of.ROWS) / spread
    r2 = 1 - mean_square / spread
    square = of_mean(error**2)
    # A resampling of the rows says the same, up to its own noise.
    again = stats.bootstrap((target, error), lambda t, e, axis: 1 - (e**2).mean(axis) / t.var(axis), paired=True, vectorized=True,
                            n_resamples=20000, rng=np.random.default_rng(0), method="percentile")
    assert abs(again.standard_error * stats.t.ppf(0.975, of.ROWS - 1) / reach - 1) < 0.05
    quantile = lambda q: stats.quantile_test(np.abs(error), q=0, p=q).confidence_interval(0.95)
    show(name, [
        ("mse", square),
        ("rmse", np.sqrt(square)),
        ("mae", of_mean(np.abs(error))),
        ("r2", (r2 - reach, r2 + reach)),
        ("error_quantile", quantile(0.9)),
        ("error_quantile_q_0.5", quantile(0.5)),
        ("error_quantile_q_0.333", quantile(0.333)),
    ])


print("// Written by metric_intervals.py: a metric and the ends of its interval.")
classes("four", 1, 4, 4)
classes("lacking", 2, 5, 3)
classes("two", 3, 2, 2)
numbers("errors", 4)

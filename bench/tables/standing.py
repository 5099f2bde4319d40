"""How models stand beside each other over tables, from lines of results: {"table", "split", "model", "rows", "seconds", METRIC...}."""
import math
import statistics

METRICS = [("r2", True), ("mae", False), ("logloss", False), ("accuracy", True)]

# Student's t: 97.5 % lie below, for 1, 2, ... degrees of freedom.
T_975 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093]


def complete(results, metric, models=None):
    """{table: {split: {model: value}}} of the splits where every model has the metric."""
    values = {}
    for one in results:
        if metric in one and (models is None or one["model"] in models):
            values.setdefault(one["table"], {}).setdefault(one["split"], {})[one["model"]] = one[metric]
    wanted = {model for splits in values.values() for of in splits.values() for model in of} if models is None else set(models)
    whole = {table: {number: of for number, of in splits.items() if set(of) == wanted} for table, splits in values.items()}
    return {table: splits for table, splits in whole.items() if splits}


def ranks(values, up):
    """1 for the best of {model: value}; equal ones share the mean of their ranks."""
    error = {model: -value if up else value for model, value in values.items()}
    return {model: 0.5 + sum(0.5 if other == e else float(other < e) for other in error.values()) for model, e in error.items()}


def means(of):
    """{model: mean} over a list of {model: value}."""
    return {model: statistics.fmean(one[model] for one in of) for model in of[0]}


def normalized(values, up):
    """(trivial - error) / (trivial - least error), at least 0, for {model: value}."""
    error = {model: -value if up else value for model, value in values.items()}
    span = error["trivial"] - min(error.values())
    return {model: max(0.0, (error["trivial"] - e) / span) if span > 0 else 0.0 for model, e in error.items()}


def interval(differences):
    """The mean of paired differences and half of its 95 % interval by Student's t."""
    count = len(differences)
    t = T_975[count - 2] if count - 2 < len(T_975) else 1.96 + 2.5 / (count - 1)
    return statistics.fmean(differences), t * statistics.stdev(differences) / math.sqrt(count)


def worse(results, metric, model, than, least_splits=3):
    """Where the error `metric` of `model` lies above that of `than` beyond the interval: [(table, ratio of the errors)]; and how many were tried."""
    out, tried = [], 0
    for table, splits in complete(results, metric, [model, than]).items():
        if len(splits) < least_splits:
            continue
        tried += 1
        mean, half = interval([of[model] - of[than] for of in splits.values()])
        if mean - half > 0:
            both = means(list(splits.values()))
            out.append((table, both[model] / both[than]))
    return out, tried


def say_standing(results):
    print(f"{'':22}{'mean':>9}{'median':>9}{'rank':>7}{'score':>8}{'median':>8}   tables")
    for metric, up in METRICS:
        of = complete(results, metric)
        if not of:
            continue
        by_table = [means(list(splits.values())) for splits in of.values()]
        rank = means([means([ranks(values, up) for values in splits.values()]) for splits in of.values()])
        score = [normalized(values, up) for values in by_table] if "trivial" in rank else None
        print(metric)
        for model in sorted(rank, key=rank.get):
            line = f"  {model:20}{statistics.fmean(v[model] for v in by_table):9.4f}{statistics.median(v[model] for v in by_table):9.4f}{rank[model]:7.2f}"
            if score:
                line += f"{statistics.fmean(s[model] for s in score):8.3f}{statistics.median(s[model] for s in score):8.3f}"
            print(f"{line}   {len(by_table)}")


def say_worse(results, than="linear"):
    """Where models lose to the linear one for sure."""
    print(f"\nworse than {than} beyond the 95 % interval of paired splits: tables (ratio of errors)")
    for model in sorted({one["model"] for one in results} - {than, "trivial"}):
        for metric in ("mse", "logloss"):
            found, tried = worse(results, metric, model, than)
            if tried:
                print(f"  {model:20}{metric:9}{len(found):3} of {tried}  " + ", ".join(f"{table} ({ratio:.3f})" for table, ratio in found))


def say_seconds(results):
    print(f"\n{'CPU seconds':22}{'a table':>9}{'a 1,000 rows':>14}{'median':>9}{'most':>9}")
    for model in sorted({one["model"] for one in results}):
        of = [one for one in results if one["model"] == model]
        each = [1000 * one["seconds"] / one["rows"] for one in of]
        all_rows = 1000 * sum(one["seconds"] for one in of) / sum(one["rows"] for one in of)
        print(f"  {model:20}{statistics.fmean(one['seconds'] for one in of):9.3f}{all_rows:14.3f}{statistics.median(each):9.3f}{max(each):9.3f}")


def report(results):
    if not results:
        print("no results")
        return
    say_standing(results)
    say_worse(results)
    say_seconds(results)

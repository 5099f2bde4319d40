"""Two threads against one: is anything slower with more? All workloads, and a sweep of the width of an MLP."""
from comparison import results, rounds, steps
from comparison.contender import Contender, start_all
from comparison.peers import gradus

WIDTHS = [8, 10, 16, 24, 32, 48, 64, 100, 128, 200, 256, 300, 512, 784, 1000, 1024, 1500, 2048, 3000, 4096]
MOST = 1.03  # the median of the pairs may not be above
PROCESSES, PAIRS = 5, 5  # where a process happens to lie in memory is worth up to 20 %, so there are several
SLICE = 0.01


def names(settings):
    return [name for name in steps.names(settings) if not name.endswith("-floor")]


def pair(settings, workload, threads, hold):
    """Ratio of the times of `threads` threads over one, of interleaved pairs; the time of one; what others used of the cores."""
    times, share = {}, 0.0
    for _ in range(PROCESSES):
        found, others = pairs_of_processes(settings, workload, threads, hold)
        share = max(share, others)
        for who, slices in found.items():
            times.setdefault(who, []).extend(slices)
    one, more = times["gradus", 1], times["gradus", threads]
    return rounds.ratio(more, one), rounds.summary(rounds.medians(one))["median"], share


def pairs_of_processes(settings, workload, threads, hold):
    makers = [lambda t=t: Contender("gradus", t, gradus(settings, workload, t), settings.folder) for t in (1, threads)]
    contenders, refused = start_all(makers, 120)
    try:
        if refused:
            raise SystemExit(f"{workload}: {refused}")
        return rounds.measure(contenders, PAIRS, SLICE, hold)
    finally:
        for contender in contenders:
            contender.close()


def run(options, settings):
    threads = max(map(int, options.threads.split(",")))
    wanted = list(options.workloads)
    widths = [int(width) for width in options.widths.split(",")] if options.widths else []
    if not wanted and not widths:
        wanted, widths = names(settings), WIDTHS
    batches = [int(rows) for rows in options.batches.split(",")]
    wanted += [f"mlp {width}-{width}-{width} {rows}" for width in widths for rows in batches]
    slower = []
    print(f"{threads} threads over 1, {PROCESSES * PAIRS} interleaved pairs of {PROCESSES} processes each: median (quartiles); at most {MOST}")
    for workload in wanted:
        ratio, one, share = pair(settings, workload, threads, options.hold)
        bad = ratio["median"] > MOST
        print(f"{workload:24} {one:12.2f} us  {rounds.text_of(ratio)}{'  SLOWER' if bad else ''}", flush=True)
        results.save(settings, "threads", workload, {"precision": settings.precision, "threads": threads,
                                                     "one_us": one, "ratio": ratio, "others": share})
        slower += [workload] if bad else []
    return 1 if slower else 0

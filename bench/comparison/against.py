"""Times the steps of this commit and of another, each by its own program, in turns: is anything slower?"""
import statistics

from comparison import results, rounds, steps
from comparison.base import NoBase
from comparison.contender import Contender, start_all
from comparison.peers import gradus

RUNS = 3  # where a process happens to lie in memory is worth up to 20 %, so there are several
MOST_MEDIAN, MOST_LOW = 1.02, 1.0  # the median of the runs may not be above, or the lower quartile of that run not


def verdict(ratios):
    """The run in the middle by its median, and whether it is slower than allowed."""
    middle = sorted(ratios, key=lambda ratio: ratio["median"])[len(ratios) // 2]
    return middle, middle["median"] > MOST_MEDIAN and middle["low"] > MOST_LOW


def start(options, ours, base, workload):
    threads = [int(count) for count in options.threads.split(",")]
    makers = [lambda n=name, s=settings, t=count: Contender(n, t, gradus(s, workload, t), ours.folder)
              for name, settings in (("gradus", ours), ("base", base.settings)) for count in threads]
    contenders, refused = start_all(makers, steps.READY_SECONDS)
    if refused:
        for contender in contenders:
            contender.close()
        raise NoBase("; ".join(f"{workload}: {name}, {count} threads: {why}" for (name, count), why in refused.items()))
    return contenders


def one_run(options, ours, base, workload):
    """{(name, threads): slices}, what others used of the cores, and who computed other losses: {(name, threads): difference}."""
    contenders = start(options, ours, base, workload)
    try:
        reference = contenders[0].losses()
        differs = {(c.name, c.threads): rounds.loss_difference(c.losses(), reference) for c in contenders[1:]}
        times, share = rounds.measure(contenders, options.rounds, options.slice, options.hold)
        return times, share, {who: by for who, by in differs.items() if not by <= steps.TOLERANCE[ours.precision]}
    finally:
        for contender in contenders:
            contender.close()


def ratios_of(times):
    """{"1 thread": gradus over the base, ..., "better": with the number of threads with which each is faster}"""
    counts = sorted({count for _, count in times})
    found = {str(count): rounds.ratio(times["gradus", count], times["base", count]) for count in counts}
    if len(counts) > 1:
        found["better"] = rounds.ratios_at_better_threads(times, "base")
    return found


def middle_time(runs, name, threads):
    return statistics.median(middle for times in runs for middle in rounds.medians(times[name, threads]))


def compare_workload(options, ours, base, workload):
    """Whether something is slower or wrong."""
    runs, share, wrong = [], 0.0, {}
    for _ in range(options.runs):
        times, others, differs = one_run(options, ours, base, workload)
        runs.append(times)
        share = max(share, others)
        wrong.update(differs)
    for (name, threads), by in wrong.items():
        print(f"{workload}: {name}, {threads} threads: its losses differ by {by:.1e}")
    each = [ratios_of(times) for times in runs]
    bad = bool(wrong)
    for threads in each[0]:
        ratio, slower = verdict([ratios[threads] for ratios in each])
        bad = bad or slower
        if threads == "better":
            a, b = (rounds.better_threads(runs[0], name) for name in ("gradus", "base"))
        else:
            a = b = int(threads)
        medians = ", ".join(rounds.number(ratios[threads]["median"]) for ratios in each)
        told = f"{middle_time(runs, 'gradus', a):12.2f} {middle_time(runs, 'base', b):12.2f}"
        print(f"{workload:20} {threads:>7} {told}  {rounds.text_of(ratio):24} {medians:24}{'SLOWER' if slower else ''}", flush=True)
    results.save(ours, "base", workload, {"precision": ours.precision, "base": base.commit, "others": share, "ratios": each})
    return bad


def run(options, ours, base):
    base.build("bench_gradus_steps")
    shared = [name for name in steps.names(ours) if name in steps.names(base.settings)]
    print(f"this over {base.commit}, {options.runs} runs of {options.rounds} rounds each: the run in the middle, median of its rounds "
          f"(quartiles); SLOWER: above {MOST_MEDIAN} and the lower quartile above {MOST_LOW}")
    print(f"{'workload':20} {'threads':>7} {'this, us':>12} {'base, us':>12}  {'ratio':24} medians of the runs")
    bad = [name for name in options.workloads or shared if compare_workload(options, ours, base, name)]
    return 1 if bad else 0

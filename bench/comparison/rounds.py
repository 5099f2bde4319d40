"""Measures contenders in turn, a short slice of time each, again and again: what disturbs the machine meets all alike."""
import os
import statistics
from pathlib import Path

MOST_BY_OTHERS = 0.03  # of the cores; above it two threads do not have two cores


def ticks_of_machine():
    """Ticks of the clock that the cores were busy: user, nice, system, interrupts, stolen by other virtual machines."""
    fields = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq, steal = map(int, fields[:8])
    return user + nice + system + irq + softirq + steal


def ticks_of(contenders):
    """Of the contenders and of this process."""
    total = 0
    for pid in ["self", *(contender.process.pid for contender in contenders)]:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total


def ticks_of_all():
    """{process: (name, ticks)}"""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, _, after = path.read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:
            continue  # it has ended
        fields = after.split()
        found[int(path.parent.name)] = (before.partition("(")[2], int(fields[11]) + int(fields[12]))
    return found


def busiest(before, contenders):
    """Names of up to three other processes that worked most since then."""
    own = {os.getpid(), *(contender.process.pid for contender in contenders)}
    used = [(ticks - before.get(pid, ("", 0))[1], name) for pid, (name, ticks) in ticks_of_all().items() if pid not in own]
    return ", ".join(name for ticks, name in sorted(used, reverse=True)[:3] if ticks > 0)


class Others:
    """Which share of the cores others use while it looks. The clock's ticks are coarse, so it adds up over rounds."""

    def __init__(self, contenders):
        self.contenders, self.used, self.seconds = contenders, 0, 0.0

    def __enter__(self):
        self.machine, self.own, self.begin = ticks_of_machine(), ticks_of(self.contenders), os.times().elapsed

    def __exit__(self, *_):
        self.seconds += os.times().elapsed - self.begin
        self.used += ticks_of_machine() - self.machine - (ticks_of(self.contenders) - self.own)

    def share(self):
        return max(0.0, self.used / os.sysconf("SC_CLK_TCK") / max(self.seconds * os.cpu_count(), 1e-9))


def measure(contenders, rounds, seconds, hold):
    """{(name, threads): [(best, median) of each round, in microseconds a step]}, and the share of the cores that others used."""
    try:
        hold.renew()
        for contender in contenders:
            contender.calibrate(seconds)
        times = {(contender.name, contender.threads): [] for contender in contenders}
        others, processes = Others(contenders), ticks_of_all()
        for number in range(rounds):
            hold.renew()
            with others:
                for contender in contenders if number % 2 == 0 else reversed(contenders):
                    times[contender.name, contender.threads].append(tuple(contender.slice()))
        share = others.share()
        if share > MOST_BY_OTHERS:
            names = busiest(processes, contenders)
            print(f"others used {share:.0%} of the cores ({names}): do not trust the times of two threads")
        return times, share
    finally:
        hold.release()


def medians(slices):
    return [median for _, median in slices]


def summary(numbers):
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else numbers * 3
    return {"median": middle, "low": low, "high": high}


def number(value):
    """Three digits, of small numbers two: 0.0036, 0.226, 4.53, 181, 2,080."""
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 1:
        return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
    return f"{value:.3f}" if value >= 0.01 else f"{value:.2g}"


def text_of(ratio):
    """"0.450 (0.427-0.483)": the median and the quartiles."""
    return f"{number(ratio['median'])} ({number(ratio['low'])}-{number(ratio['high'])})"


def ratio(ours, theirs):
    """Of each round: ours over theirs."""
    return summary([a / b for a, b in zip(medians(ours), medians(theirs))])


def better_threads(times, name):
    """The number of threads with which `name` was faster, or None when it did not take part."""
    counts = [threads for who, threads in times if who == name]
    return min(counts, key=lambda threads: statistics.median(medians(times[name, threads])), default=None)


def ratios_at_better_threads(times, name):
    ours, theirs = better_threads(times, "gradus"), better_threads(times, name)
    if ours is None or theirs is None:
        return None
    return ratio(times["gradus", ours], times[name, theirs])


def loss_difference(losses, reference):
    """Largest difference, relative to the reference. None where there is nothing to compare."""
    if not losses:
        return None
    scale = max(abs(x) for x in reference)
    return max(abs(a - b) / scale for a, b in zip(losses, reference))

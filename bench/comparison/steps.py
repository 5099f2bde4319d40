"""Ratios of steps: gradus over each peer."""
import functools
import subprocess

from comparison import results, rounds
from comparison.contender import Contender, start_all
from comparison.peers import PEERS, gradus_steps, known_difference

TOLERANCE = {"f32": 5e-4, "bf16": 5e-2}  # of ten losses, relative
TOLERANCE_KNOWN = 1e-2  # where a peer is known to differ
READY_SECONDS = 300  # the first torch.compile of a network takes a minute


@functools.cache
def names(settings):
    listed = subprocess.run([gradus_steps(settings), "list"], capture_output=True, text=True, check=True)
    return listed.stdout.split()


def takes_part(name, workload, only):
    """The floor's networks are for the floor alone."""
    if only and name != "gradus":
        return name in only
    return name == "gradus" or (name == "floor") == workload.endswith("-floor")


def makers_of(options, settings, workload):
    only = options.peers.split(",") if options.peers else None
    makers = []
    for name, command_of, _ in PEERS:
        for threads in map(int, options.threads.split(",")):
            command = command_of(settings, workload, threads) if takes_part(name, workload, only) else None
            if command:
                makers.append(functools.partial(Contender, name, threads, command, settings.folder))
    return makers


def check_losses(settings, workload, contenders):
    """Largest relative difference of ten losses from gradus' on one thread, for each; and who differs too much."""
    reference = contenders[0].losses()
    differences, wrong = {}, {}
    for contender in contenders:
        losses = reference if contender is contenders[0] else contender.losses()
        difference = rounds.loss_difference(losses, reference)
        known = known_difference(settings, contender.name, workload)
        differences[contender.name, contender.threads] = (difference, known)
        if difference is not None and not difference <= (TOLERANCE_KNOWN if known else TOLERANCE[settings.precision]):
            wrong[contender.name, contender.threads] = difference
    return differences, wrong


def save_check(settings, workload, differences):
    found = [[*who, *what] for who, what in differences.items()]
    results.save(settings, "check", workload, {"precision": settings.precision, "differences": found})


def read_check(settings, workload, contenders):
    """What an earlier run found."""
    found = results.load_all(settings, "check", settings.precision).get(workload, {"differences": []})
    all_found = {(name, threads): (difference, known) for name, threads, difference, known in found["differences"]}
    missing = [f"{c.name}, {c.threads} threads" for c in contenders if (c.name, c.threads) not in all_found]
    if missing:
        raise SystemExit(f"{workload}: --checked, but no earlier run checked {'; '.join(missing)}")
    return all_found, {}


def print_table(workload, times, differences):
    print(f"\n{workload}: microseconds a step; gradus over the peer, median of the rounds (quartiles)")
    print(f"{'':20} threads {'best':>11} {'median':>11}  {'same threads':24} {'better threads of both':24} losses differ by")
    for (name, threads), slices in times.items():
        best = min(slice_best for slice_best, _ in slices)
        middle = rounds.summary(rounds.medians(slices))["median"]
        same = better = ""
        if name != "gradus":
            if ("gradus", threads) in times:
                same = rounds.text_of(rounds.ratio(times["gradus", threads], slices))
            if threads == rounds.better_threads(times, name):
                better = rounds.text_of(rounds.ratios_at_better_threads(times, name))
        difference, known = differences[name, threads]
        told = ("" if difference is None else f"{difference:.1e}") + (f" ({known})" if known else "")
        print(f"{name:20} {threads:7} {best:11.3f} {middle:11.3f}  {same:24} {better:24} {told}")


def compare(options, settings, workload):
    contenders, refused = start_all(makers_of(options, settings, workload), READY_SECONDS)
    try:
        for (name, threads), reason in refused.items():
            print(f"{workload}: without {name}, {threads} threads: {reason}")
        if not contenders or contenders[0].name != "gradus":
            return 1
        if options.checked:
            differences, wrong = read_check(settings, workload, contenders)
        else:
            differences, wrong = check_losses(settings, workload, contenders)
            save_check(settings, workload, differences)
        for (name, threads), difference in wrong.items():
            print(f"{workload}: {name}, {threads} threads: its losses differ by {difference:.1e} of gradus'")
        if options.prepare:
            return 1 if wrong else 0
        times, share = rounds.measure(contenders, options.rounds, options.slice, options.hold)
        titles = {contender.name: contender.title for contender in contenders}
        print_table(workload, times, differences)
        listed = [{"peer": name, "threads": threads, "title": titles[name], "rounds": slices,
                   "losses_differ": differences[name, threads][0], "known": differences[name, threads][1]} for (name, threads), slices in times.items()]
        results.save(settings, "steps", workload, {"precision": settings.precision, "others": share, "contenders": listed})
        return 1 if wrong else 0
    finally:
        for contender in contenders:
            contender.close()


def run(options, settings):
    return max([compare(options, settings, workload) for workload in options.workloads or names(settings)])

"""Do two commits compute the same bits? All workloads, on several numbers of threads, with f32 and bf16 products, for every
instruction set that both can select."""
import difflib
import json
import subprocess

from comparison import results
from comparison.base import NoBase, git
from comparison.contender import die_with_parent
from comparison.peers import ROOT

SOURCE = "bench/bits.cpp"
THREADS = [1, 2, 3, 5, 16]
PRECISIONS = ["f32", "bf16"]
STEPS = 200


def program(settings):
    return settings.build / "bench/bits"


def first_version(root=ROOT):
    """Of the program, for commits that are older than it."""
    added = git("log", "--diff-filter=A", "--format=%H", "--", SOURCE, root=root).split()
    path = root / SOURCE
    return git("show", f"{added[-1]}:{SOURCE}", root=root) + "\n" if added else path.read_text(encoding="utf-8")


def add_program(base):
    """To a base that does not have it. Its build finds the programs in bench/ by itself."""
    path = base.folder / SOURCE
    if not path.exists():
        path.write_text(first_version(), encoding="utf-8")


def asked(settings, verb):
    """Lines of the program's answer."""
    done = subprocess.run([program(settings), verb], capture_output=True, text=True)
    if done.returncode:
        raise NoBase(f"{program(settings)} {verb}: {done.stderr.strip()}")
    return done.stdout.splitlines()


def both(ours, base, verb):
    """What both answer, in our order."""
    theirs = asked(base, verb)
    return [line for line in asked(ours, verb) if line in theirs]


class Run:
    """A run of the program, which tells its hashes as it goes."""

    def __init__(self, settings, case, every):
        workload, isa, precision, threads, steps = case
        command = [program(settings), "run", isa, precision, str(threads), str(steps), str(every), workload]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)

    def hashes(self):
        """(step, hash), at last (-1, what went wrong) where it fails."""
        for line in self.process.stdout:
            step, value = line.split()
            yield int(step), value
        if self.process.wait():
            lines = self.process.stderr.read().strip().splitlines()
            yield -1, lines[-1] if lines else f"exit status {self.process.returncode}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def last_hash(settings, case):
    """(step, hash) after the last step: one line, so that hashing takes no time."""
    with Run(settings, case, case[-1]) as run:
        return list(run.hashes())[-1]


def first_difference(ours, base, case):
    """What differs first, of two runs that tell every step. A hash holds all losses, so that what differed once stays so."""
    with Run(ours, case, 1) as a, Run(base, case, 1) as b:
        for (step, mine), (other, theirs) in zip(a.hashes(), b.hashes()):
            if step < 0 or other < 0:
                return "; ".join(f"{who} {what}" for who, at, what in (("this:", step, mine), ("base:", other, theirs)) if at < 0)
            if mine != theirs:
                return f"step {step}"
    return f"step {case[-1]}, in one run but not in another: the bits of one commit are not always the same"


class Kept:
    """The hashes of the base, which are computed once on a machine."""

    def __init__(self, base):
        self.base, self.path = base, base.settings.build / "bits.json"
        stamp = program(base.settings).stat().st_mtime_ns
        self.about = {"machine": results.machine(), "built": stamp}
        found = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}
        self.known = found.get("hashes", {}) if found.get("about") == self.about else {}

    def last_hash(self, case):
        key = " ".join(map(str, case))
        if key not in self.known:
            found = last_hash(self.base.settings, case)
            if found[0] < 0:
                return found
            self.known[key] = found
            self.path.write_text(json.dumps({"about": self.about, "hashes": self.known}, indent=1), encoding="utf-8")
        return tuple(self.known[key])


def difference(ours, base, kept, case):
    """"" where the bits are the same."""
    mine, theirs = last_hash(ours, case), kept.last_hash(case)
    if mine == theirs and mine[0] == case[-1]:
        return ""
    return first_difference(ours, base.settings, case)


def compare(options, ours, base):
    add_program(base)
    base.build("bench_bits")
    workloads, isas = both(ours, base.settings, "list"), both(ours, base.settings, "isas")
    wanted = options.workloads or workloads
    unknown = [name for name in wanted if name not in workloads and not name.startswith("mlp ")]
    if unknown:
        nearest = (difflib.get_close_matches(unknown[0], workloads) or workloads)[0]
        raise NoBase(f"workload: found \"{unknown[0]}\"; expected one that both have: {', '.join(workloads)}; try: {nearest}")
    kept, wrong = Kept(base), []
    print(f"bits after {options.steps} steps, this against {base.commit}, on {', '.join(map(str, options.threads))} threads")
    print(f"{'workload':20} {'set':8} {'products':9} bits")
    for workload in wanted:
        for isa in isas:
            for precision in options.precisions:
                cases = {threads: (workload, isa, precision, threads, options.steps) for threads in options.threads}
                found = {threads: difference(ours, base, kept, case) for threads, case in cases.items()}
                told = [f"{threads} thread{'s' if threads > 1 else ''}: {what}" for threads, what in found.items() if what]
                print(f"{workload:20} {isa:8} {precision:9} {'DIFFER: ' + '; '.join(told) if told else 'equal'}", flush=True)
                wrong += told
    return 1 if wrong else 0

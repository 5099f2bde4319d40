"""The whole run: gradus train on Fashion-MNIST (784-128-10, Adam, batch 64, 10 epochs), process start to saved model, against
scripts of other libraries that do the same."""
import os
import re
import subprocess
import time

from comparison import results, rounds
from comparison.contender import cores, die_with_parent, environment
from comparison.peers import SOURCES, has_module

THREADS = 2
ROUNDS = 3


def commands(options, settings):
    model = settings.folder / "whole.gradus"
    ours = [settings.build / "gradus", "train", options.data, "--net", "128 relu", "--epochs", "10", "--batch", "64",
            "--rate", "0.001", "--valid", "0", "--threads", str(THREADS), "-o", model]
    found = {"gradus": ours, "gradus, --precision auto": [*ours, "--precision", "auto"]}
    for name, library in (("JAX", "jax"), ("PyTorch", "torch")):
        wanted = name in options.peers.split(",") if options.peers else name == "JAX"
        if wanted and has_module(settings.python, library):
            found[name] = [settings.python, SOURCES / "whole_run.py", library, options.data, settings.folder / "whole.npz"]
    return found


def run_once(command, settings):
    """Seconds, and the accuracy that it tells."""
    def prepare():
        die_with_parent()
        os.sched_setaffinity(0, cores(THREADS))

    begin = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, preexec_fn=prepare,
                          env=environment(THREADS, settings.folder))
    seconds = time.monotonic() - begin
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stderr.strip().splitlines()[-1:]}")
    return seconds, done.stdout + done.stderr


def accuracy_of(name, text, options, settings):
    if name.startswith("gradus"):
        text = subprocess.run([settings.build / "gradus", "evaluate", settings.folder / "whole.gradus", options.data],
                              capture_output=True, text=True, check=True).stdout
    found = re.search(r"accuracy\D+([\d.]+)", text)
    if not found:
        return ""
    accuracy = float(found.group(1))
    return f"{100 * accuracy if accuracy <= 1 else accuracy:.2f} %"


def run(options, settings):
    all_commands = commands(options, settings)
    times, accuracies = {name: [] for name in all_commands}, {}
    for _ in range(ROUNDS):
        for name, command in all_commands.items():
            options.hold.renew()
            seconds, text = run_once(command, settings)
            times[name].append(seconds)
            accuracies.setdefault(name, accuracy_of(name, text, options, settings))
    options.hold.release()
    found = {}
    for name, seconds in times.items():
        ratio = rounds.summary([a / b for a, b in zip(times["gradus"], seconds)])
        found[name] = {"seconds": seconds, "accuracy": accuracies[name], "ratio": ratio}
        told = "" if name == "gradus" else f"  gradus over it {rounds.text_of(ratio)}"
        print(f"{name:24} {rounds.summary(seconds)['median']:7.2f} s  accuracy {accuracies[name]}{told}")
    results.save(settings, "whole", "whole run", {"threads": THREADS, "runs": found})
    return 0

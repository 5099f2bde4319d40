"""The command line of bench/compare."""
import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from comparison import facts, report, steps, threads, whole
from comparison.hold import Hold
from comparison.peers import ROOT, Settings, build_gradus

PARTS = {"steps": steps.run, "threads": threads.run, "facts": facts.run, "whole": whole.run}


def parse(description, arguments):
    parser = argparse.ArgumentParser(prog="bench/compare", description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=[*PARTS, "write", "all"])
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="where gradus is built")
    parser.add_argument("--python", default=os.environ.get("GRADUS_PEERS_PYTHON", sys.executable),
                        help="an interpreter that has torch, jax, scikit-learn (or the variable GRADUS_PEERS_PYTHON)")
    parser.add_argument("--peers", help='only these, for instance "floor,JAX"')
    parser.add_argument("--threads", default="1,2", help="default: 1,2")
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--slice", type=float, default=0.04, help="seconds of one contender in a round (0.04)")
    parser.add_argument("--widths", help="threads: widths of the sweep")
    parser.add_argument("--batches", default="1,32,256", help="threads: rows of the sweep")
    parser.add_argument("--prepare", action="store_true", help="steps: build and check the losses, time nothing")
    parser.add_argument("--checked", action="store_true", help="steps: the losses were checked by an earlier run")
    parser.add_argument("--hold", type=lambda text: Hold(shlex.split(text)), default="",
                        help="a command that keeps the machine quiet while the command that it is given runs, such as "
                             "\"flock FILE\"; only what is timed runs so, at most 40 s at a time")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="whole: folder of the IDX files")
    return parser.parse_args(arguments)


def run_all(options, settings, arguments):
    """Each workload and each width in a process of its own."""
    shared = [argument for argument in arguments if argument != "all"]
    prefix = [sys.executable, ROOT / "bench/compare"]
    parts = [["steps", name] for name in steps.names(settings)] + [["facts"], ["whole"]]
    parts += [["threads", name] for name in threads.names(settings)]
    parts += [["threads", "--widths", str(width)] for width in threads.WIDTHS]
    failed = [part for part in parts if subprocess.run([*prefix, *part, *shared]).returncode]
    for part in failed:
        print("failed:", *part)
    report.write(settings)
    return 1 if failed else 0


def main(description, arguments):
    options = parse(description, arguments)
    folder = options.build.resolve().parent / "compare"
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(options.build.resolve(), options.python, folder, options.precision)
    if options.part == "write":
        return report.write(settings)
    build_gradus(settings, "bench_gradus_steps", "bench_facts", "gradus")
    if options.part == "all":
        return run_all(options, settings, arguments)
    return PARTS[options.part](options, settings)

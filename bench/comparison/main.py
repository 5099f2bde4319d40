"""The command line of bench/compare."""
import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

from comparison import against, bits, facts, report, steps, threads, whole
from comparison.base import base_of
from comparison.hold import Hold
from comparison.peers import ROOT, Settings, build_gradus

PARTS = {"steps": steps.run, "threads": threads.run, "facts": facts.run, "whole": whole.run}
ALL = [*PARTS, "write", "all"]


def count(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"found {text}; expected a whole number from 1")
    return int(text)


def counts(text):
    return [count(number) for number in text.split(",")]


def precisions(text):
    for name in text.split(","):
        if name not in bits.PRECISIONS:
            raise argparse.ArgumentTypeError(f"found {name}; expected {' or '.join(bits.PRECISIONS)}")
    return text.split(",")


def add_build(parser):
    parser.add_argument("--build", type=Path, default=ROOT / "build/release", help="where gradus is built")


def parse(description, arguments):
    parser = argparse.ArgumentParser(prog="bench/compare", description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage="bench/compare [PART] [WORKLOAD...] [OPTION...]")
    parser.add_argument("words", nargs="*", metavar="PART, WORKLOAD", help=f"a part ({', '.join(ALL)}) and workloads; with --base workloads alone")
    add_build(parser)
    parser.add_argument("--base", metavar="COMMIT", help="times the steps of this and of another commit, which is built in build/base/COMMIT; "
                                                         "exits with 1 where this is slower")
    parser.add_argument("--runs", type=count, default=against.RUNS, help=f"with --base: runs, each with new processes ({against.RUNS})")
    parser.add_argument("--python", default=os.environ.get("GRADUS_PEERS_PYTHON", sys.executable),
                        help="an interpreter that has torch, jax, scikit-learn (or the variable GRADUS_PEERS_PYTHON)")
    parser.add_argument("--peers", help='only these, for instance "floor,JAX"')
    parser.add_argument("--threads", default="1,2", help="default: 1,2")
    parser.add_argument("--precision", default="f32", choices=bits.PRECISIONS)
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
    options = parser.parse_args(arguments)
    words = options.words if not options.base or options.words[:1] == ["steps"] else ["steps", *options.words]
    if not words or words[0] not in ALL:
        parser.error(f"expected one of {', '.join(ALL)}, or --base COMMIT; found {words[0] if words else 'neither'}")
    options.part, options.workloads = words[0], words[1:]
    return options


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


def settings_of(options, precision="f32", python=sys.executable):
    folder = options.build.resolve().parent / "compare"
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(options.build.resolve(), python, folder, precision)


def main(description, arguments):
    options = parse(description, arguments)
    settings = settings_of(options, options.precision, options.python)
    if options.part == "write":
        return report.write(settings)
    if options.base:
        build_gradus(settings, "bench_gradus_steps")
        return against.run(options, settings, base_of(options.base, settings))
    build_gradus(settings, "bench_gradus_steps", "bench_facts", "gradus")
    if options.part == "all":
        return run_all(options, settings, arguments)
    return PARTS[options.part](options, settings)


def bits_main(description, arguments):
    parser = argparse.ArgumentParser(prog="bench/bits", description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", metavar="BASE", help="a commit, branch or tag, built in build/base/COMMIT")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all")
    add_build(parser)
    parser.add_argument("--threads", type=counts, default=bits.THREADS, help=f"default: {','.join(map(str, bits.THREADS))}")
    parser.add_argument("--precisions", type=precisions, default=bits.PRECISIONS, help=f"default: {','.join(bits.PRECISIONS)}")
    parser.add_argument("--steps", type=count, default=bits.STEPS, help=f"default: {bits.STEPS}")
    options = parser.parse_args(arguments)
    settings = settings_of(options)
    build_gradus(settings, "bench_bits")
    return bits.compare(options, settings, base_of(options.base, settings))

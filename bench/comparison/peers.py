"""Who takes part, how it is built and started. A peer that is not installed is left out, with the reason."""
import functools
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "bench/peers"


@dataclass(frozen=True)
class Settings:
    build: Path    # where gradus is built
    python: str    # an interpreter that has the Python peers
    folder: Path   # build/compare: cases, binaries, logs, results
    precision: str = "f32"


def gradus_steps(settings):
    return settings.build / "bench/gradus_steps"


def case_file(settings, workload):
    """The workload's networks and data for others than gradus."""
    path = settings.folder / "cases" / workload.replace(" ", "_")
    path.parent.mkdir(parents=True, exist_ok=True)
    program = gradus_steps(settings)
    if not path.exists() or path.stat().st_mtime < program.stat().st_mtime:
        subprocess.run([program, "write", workload, path], check=True)
    return path


@functools.cache
def torch_folder(python):
    found = subprocess.run([python, "-c", "import torch; print(torch.__path__[0])"], capture_output=True, text=True)
    return found.stdout.strip()


def flags_of(name, settings):
    """Compiler flags of a C++ peer: before and after the source."""
    if name == "floor_mlp":
        return ["-O3", "-march=native", "-ffast-math"], ["-lxsmm", "-lxsmmext", "-lopenblas", "-lpthread", "-ldl"]
    if name == "dlib_steps":
        return ["-O3", "-march=native"], ["-ldlib", "-lblas", "-llapack", "-lpthread"]
    if name == "fann_steps":
        return ["-O3", "-march=native"], ["-lfloatfann", "-lm"]
    torch = torch_folder(settings.python)
    include = [f"-I{torch}/include", f"-I{torch}/include/torch/csrc/api/include"]
    return ["-O2", *include], [f"-L{torch}/lib", "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{torch}/lib"]


def build_peer(name, settings):
    """Compiles bench/peers/NAME.cpp where that is needed. None where it does not compile: the library is not there."""
    if name == "libtorch_steps" and not torch_folder(settings.python):
        return None
    before, after = flags_of(name, settings)
    source, binary = SOURCES / f"{name}.cpp", settings.folder / "bin" / name
    compiler = ["ccache"] if shutil.which("ccache") else []
    command = [*compiler, "g++", "-std=c++20", f"-I{ROOT}", *before, str(source), "-o", str(binary), *after]
    stamp = binary.with_suffix(".command")
    binary.parent.mkdir(parents=True, exist_ok=True)
    inputs = [source, SOURCES / "case.hpp", SOURCES / "serve.hpp"]
    newest = max(path.stat().st_mtime for path in inputs)
    if stamp.exists() and stamp.read_text() == " ".join(command) and stamp.stat().st_mtime > newest:
        return binary if binary.exists() else None
    binary.unlink(missing_ok=True)
    done = subprocess.run(command, capture_output=True, text=True)
    stamp.write_text(" ".join(command))
    if done.returncode:
        log = settings.folder / f"{name}.log"
        log.write_text(done.stderr)
        print(f"{name} does not compile, so it does not take part ({log})")
        return None
    return binary


@functools.cache
def has_module(python, module):
    return subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0


def script(name, module, *more):
    def command(settings, workload, threads):
        if settings.precision != "f32" or not has_module(settings.python, module):
            return None
        return [settings.python, SOURCES / name, case_file(settings, workload), str(threads), *more]
    return command


def program(name, most_threads=64):
    def command(settings, workload, threads):
        if settings.precision != "f32" or threads > most_threads:
            return None
        binary = build_peer(name, settings)
        return [binary, case_file(settings, workload), str(threads)] if binary else None
    return command


def gradus(settings, workload, threads):
    return [gradus_steps(settings), "serve", workload, str(threads), settings.precision]


def gradus_f32(settings, workload, threads):
    """With --precision bf16 gradus has one peer, itself."""
    return [gradus_steps(settings), "serve", workload, str(threads), "f32"] if settings.precision != "f32" else None


# Name, command of (settings, workload, threads) or None, and what is known to differ: {optimizer or loss: what}.
PEERS = [
    ("gradus", gradus, {}),
    ("gradus f32", gradus_f32, {}),
    ("floor", program("floor_mlp"), {}),
    ("PyTorch", script("torch_steps.py", "torch", "eager"), {}),
    ("PyTorch compiled", script("torch_steps.py", "torch", "compiled"), {}),
    ("JAX", script("jax_steps.py", "jax"), {}),
    ("libtorch", program("libtorch_steps"), {}),
    ("scikit-learn", script("sklearn_steps.py", "sklearn"), {"adam": "its epsilon is added before the correction"}),
    ("dlib", program("dlib_steps"), {"adam": "its epsilon is added before the correction"}),
    ("FANN", program("fann_steps", most_threads=1), {"logistic": "squared error, losses not compared"}),
]


def known_difference(settings, name, workload):
    """What of the peer is not the same for this workload, or ""."""
    words = case_header(settings, workload).values()
    known = next(known for peer, _, known in PEERS if peer == name)
    return next((what for key, what in known.items() if key in words), "")


def case_header(settings, workload):
    with open(case_file(settings, workload), "rb") as file:
        lines = iter(lambda: file.readline().decode().strip(), "end")
        return dict(line.split(" ", 1) for line in lines)


def run_loudly(command, root):
    """A command whose output is shown as it comes on a terminal, otherwise only when it fails, which ends this program."""
    live = sys.stdout.isatty()  # a build of everything takes minutes
    done = subprocess.run(command, cwd=root, text=True, stdout=None if live else subprocess.PIPE, stderr=None if live else subprocess.STDOUT)
    if done.returncode:
        told = "" if live else "\n".join(done.stdout.splitlines()[-40:]) + "\n"
        raise SystemExit(f"{told}failed: {' '.join(map(str, command))}")


def build_gradus(settings, *targets, root=ROOT, configure=()):
    """The targets of gradus that a comparison needs, in the folder of the release preset unless told otherwise."""
    if configure or not (settings.build / "CMakeCache.txt").exists():
        run_loudly(["cmake", "--preset", "release", "-B", settings.build, *configure], root)
    run_loudly(["cmake", "--build", settings.build, "--target", *targets], root)

#!/usr/bin/env python3
"""Checks who includes whom: the order of src/LAYERS, and that headers of other libraries stay in the folders named after them.

usage: scripts/check_layers.py [ROOT]      prints one line per violation, file:line first; exit status 1 if there is any
"""
import re
import sys
from pathlib import Path

LONGEST_FILE = 400  # lines; longer is only warned of
LIBRARIES = [  # how a library's headers begin, and the folder that may include them (anywhere in the file's path)
    (r"asmjit", "asmjit"),
    (r"libxsmm", "xsmm"),
    (r"oneapi/|dnnl", "onednn"),
    (r"hwy/", "highway"),
    (r"nlohmann/", "json"),
    (r"zlib\.h", "gzip"),
    (r"zstd\.h", "zstd"),
    (r"png\.h", "png"),
    (r"jpeglib\.h|jerror\.h", "jpeg"),
    (r"toml(\+\+|\.hpp)", "toml"),
    (r"CLI/", "app/cli"),
]
SYSTEM = re.compile(  # the C++ standard library, C and POSIX, Linux, instruction sets; fmt is allowed everywhere
    r"[a-z_0-9]+$|(sys|linux|asm)/|fmt/|"
    r"(unistd|fcntl|errno|iconv|signal|poll|pthread|sched|time|dirent|dlfcn|termios|cpuid|[a-z]mmintrin|x86intrin|arm_neon|arm_sve)\.h$"
)
INCLUDE = re.compile(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def read_order(root):
    """Folders (or files) under src/, lowest first."""
    lines = (root / "src/LAYERS").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def rank(order, path):
    """The place of the listed folder that `path` (relative to src/) lies in, the longest match; None if it is in none."""
    found = [i for i, entry in enumerate(order) if path == entry or path.startswith(entry + "/")]
    return max(found, key=lambda i: len(order[i]), default=None)


def short(entry):
    """gradus/engine/cpu/plan/plan.hpp -> engine/plan."""
    parts = entry.split("/")[1:]
    return "/".join(parts[:2])


def check_include(order, path, header):
    """What is wrong with `header` included by `path` (relative to src/); None if nothing is."""
    if header.startswith("gradus/"):
        source, target = rank(order, path), rank(order, header)
        if target is None:
            return f'"{header}" lies in no folder that src/LAYERS lists'
        if source is None or target <= source:
            return None
        from_layer, to_layer = path.split("/")[1], header.split("/")[1]
        return f"{from_layer if from_layer != to_layer else short(path)} may not include {short(header)}"
    for begins, folder in LIBRARIES:
        if re.match(begins, header):
            inside = f"/{folder}/" in f"/{path}"
            return None if inside else f"<{header}> may be included only in a folder {folder}"
    if SYSTEM.match(header):
        return None
    return f'"{header}" is neither "gradus/...", nor of the system, nor of a library that scripts/check_layers.py knows'


def check_file(root, order, path):
    """All violations of one file, as lines to print."""
    relative = path.relative_to(root / "src").as_posix()
    if rank(order, relative) is None:
        yield f"src/{relative}:1: its folder is not listed in src/LAYERS"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        wrong = match and check_include(order, relative, match[1] or match[2])
        if wrong:
            yield f"src/{relative}:{number}: {wrong}"


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    order = read_order(root)
    files = sorted(p for p in (root / "src").rglob("*") if p.suffix in {".hpp", ".cpp", ".inl"})
    violations = [line for path in files for line in check_file(root, order, path)]
    for path in files:
        length = len(path.read_text(encoding="utf-8").splitlines())
        if length > LONGEST_FILE:
            print(f"{path.relative_to(root)}: warning: {length} lines; at most {LONGEST_FILE} are easy to read", file=sys.stderr)
    print("\n".join(violations) if violations else f"layers: {len(files)} files in order")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())

"""Results as files in build/compare/results, one for each thing that was measured, with machine and date."""
import datetime
import json
import os
import platform
import subprocess
from pathlib import Path


def machine():
    """"AMD EPYC, 2 cores, avx512f amx_bf16" """
    info = {}
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        info.setdefault(key.strip(), value.strip())
    flags = info.get("flags", "").split()
    told = [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if name in flags]
    model = info.get("model name", platform.machine())
    return f"{model} (family {info.get('cpu family', '?')}), {len(os.sched_getaffinity(0))} cores, {' '.join(told)}"


def commit():
    """Of the sources; with "+" when they differ from it."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(["git", "describe", "--always", "--exclude=*", "--dirty=+"], cwd=root, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def path_of(settings, kind, name):
    suffix = "" if settings.precision == "f32" else "-" + settings.precision
    folder = settings.folder / "results"
    folder.mkdir(exist_ok=True)
    return folder / f"{kind}-{name.replace(' ', '_')}{suffix}.json"


def save(settings, kind, name, found):
    found = {"name": name, "date": datetime.date.today().isoformat(), "machine": machine(),
             "commit": commit(), **found}
    path_of(settings, kind, name).write_text(json.dumps(found, indent=1), encoding="utf-8")


def load_all(settings, kind, precision="f32"):
    """{name: what was saved}"""
    found = {}
    for path in sorted((settings.folder / "results").glob(f"{kind}-*.json")):
        one = json.loads(path.read_text(encoding="utf-8"))
        if one.get("precision", "f32") == precision:
            found[one["name"]] = one
    return found

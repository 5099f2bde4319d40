"""Writes torch_losses.inl: the losses of ten steps of each workload (of a prediction its first ten numbers) by PyTorch, from
the initial numbers and the data that gradus_steps writes.

usage: python torch_losses.py GRADUS_STEPS > torch_losses.inl        (PyTorch 2.15 wrote the file in use)
"""
import subprocess
import sys
import tempfile
from pathlib import Path

PEER = Path(__file__).resolve().parents[2] / "bench/peers/torch_steps.py"
TOO_LARGE_FOR_A_TEST = {"wide"}

gradus_steps = sys.argv[1]
names = subprocess.run([gradus_steps, "list"], capture_output=True, text=True, check=True).stdout.split()
print("// Written by torch_losses.py")
with tempfile.TemporaryDirectory() as folder:
    for name in names:
        if name in TOO_LARGE_FOR_A_TEST:
            continue
        case = Path(folder) / name
        subprocess.run([gradus_steps, "write", name, case], check=True)
        done = subprocess.run([sys.executable, PEER, case, "1", "eager"], input="losses 10\n", capture_output=True,
                              text=True, check=True)
        losses = done.stdout.splitlines()[1].split()
        print(f'{{"{name}",\n {{{", ".join(losses[:5])},\n  {", ".join(losses[5:])}}}}},')

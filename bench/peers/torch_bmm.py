"""Products of batches of matrices beside PyTorch's bmm, one thread, in turns in one run.

usage: torch_bmm.py BENCH [ROUNDS]        BENCH: build/release/bench/batches
Prints for every shape and form the median GF/s of both, and the ratio of the medians."""
import json
import statistics
import subprocess
import sys
import time

import torch

FORMS = {"plain": (False, False), "first_transposed": (True, False), "second_transposed": (False, True)}


def ours(bench, name):
    done = subprocess.run([bench, f"--benchmark_filter=^batch_{name}$", "--benchmark_min_time=0.05", "--benchmark_format=json"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["benchmarks"][0]["GF/s"]


def theirs(batch, n, k, m, first, second):
    a = torch.rand(batch, k, n).transpose(1, 2) if first else torch.rand(batch, n, k)
    b = torch.rand(batch, m, k).transpose(1, 2) if second else torch.rand(batch, k, m)
    out = torch.empty(batch, n, m)
    runs = max(1, int(2e9 / (2 * batch * n * k * m)))
    torch.bmm(a, b, out=out)
    begin = time.process_time()
    for _ in range(runs):
        torch.bmm(a, b, out=out)
    return 2e-9 * batch * n * k * m * runs / (time.process_time() - begin)


def main():
    bench, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    torch.set_num_threads(1)
    shapes = [(32, 64, 16, 64), (32, 64, 64, 16), (128, 32, 32, 32), (32, 64, 64, 64), (16, 128, 64, 128), (8, 256, 64, 256)]
    print("batch,n,k,m  form  gradus  PyTorch  ratio")
    for shape in shapes:
        for form, (first, second) in FORMS.items():
            both = [(ours(bench, f"{form}/" + "/".join(map(str, shape))), theirs(*shape, first, second)) for _ in range(rounds)]
            mine, other = (statistics.median(x) for x in zip(*both))
            print(f"{','.join(map(str, shape))}  {form}  {mine:.1f}  {other:.1f}  {mine / other:.2f}", flush=True)


main()

"""For contenders in Python: reads a workload that gradus_steps wrote, and answers bench/compare as serve.hpp does."""
import statistics
import sys
import time
from types import SimpleNamespace

import numpy as np


def refuse(message):
    """This peer cannot do that workload."""
    print(message, file=sys.stderr)
    sys.exit(3)


def read_case(path):
    """workload, loss, optimizer, rate, restart, layers ("128", "relu", ...), and arrays by name: features, target, then
    parameters as in torch.nn.Sequential's state_dict."""
    case = SimpleNamespace(layers=[], arrays={})
    kinds = {"rate": float, "restart": int}
    with open(path, "rb") as file:
        for line in iter(lambda: file.readline().decode().rstrip("\n"), "end"):
            key, value = line.split(" ", 1)
            if key == "layer":
                case.layers.append(value)
            elif key == "array":
                name, dtype, *sizes = value.split()
                case.arrays[name] = (dtype, [int(size) for size in sizes])
            else:
                setattr(case, key, kinds.get(key, str)(value))
        for name, (dtype, sizes) in case.arrays.items():
            count = int(np.prod(sizes))
            kind = {"f32": np.float32, "i64": np.int64}[dtype]
            case.arrays[name] = np.fromfile(file, kind, count).reshape(sizes)
    case.features = case.arrays.pop("features")
    case.target = case.arrays.pop("target", None)
    return case


def hidden(case):
    """Widths of the hidden layers of an MLP and their activation."""
    widths = [layer for layer in case.layers if layer.isdigit()][:-1]
    activations = {layer for layer in case.layers if not layer.isdigit()}
    if not activations <= {"relu", "tanh"} or len(activations) > 1:
        refuse(f"no such layers here: {case.layers}")
    return [int(width) for width in widths], (activations or {"none"}).pop()


class Timer:
    def __init__(self, peer, restart):
        self.peer, self.restart, self.made = peer, restart, restart

    def take(self, steps):
        for _ in range(steps):
            out = self.peer.step()
        self.peer.wait(out)
        self.made += steps

    def run(self, chunks, steps):
        times = []
        for _ in range(chunks):
            again = self.restart and self.made + 1 + steps > self.restart
            if again:
                self.peer.restart()
                self.made = 0
            if again or not times:
                self.take(1)
            begin = time.perf_counter()
            self.take(steps)
            times.append((time.perf_counter() - begin) / steps * 1e6)
        return min(times), statistics.median(times)


def losses(peer, count):
    peer.restart()
    if not peer.trains:
        return np.asarray(peer.predict()).ravel()[:count].tolist()
    if hasattr(peer, "losses"):
        return peer.losses(count)
    return [float(peer.loss(peer.step())) for _ in range(count)]


def serve(title, peer, restart):
    """peer: trains, restart(), step() -> out, wait(out), loss(out) -> number, predict() -> rows of logits
    losses(count) instead of loss where a step does not tell"""
    print("ready", title, flush=True)
    timer = Timer(peer, restart)
    for line in sys.stdin:
        verb, *numbers = line.split()
        if verb == "run":
            answer = timer.run(int(numbers[0]), int(numbers[1]))
        elif verb == "losses":
            answer = losses(peer, int(numbers[0]))
            timer.made = restart
        else:
            return
        print(*(f"{number:.9g}" for number in answer), flush=True)

"""Recomputes every value, product and sum of a `gradus explain --json` document from the document's own numbers.

usage: recompute_network.py FILE.json     exits with 1 and names the first differences, if there are any
Nothing of gradus is used: each op's formula is written here again, in plain Python.
"""
import json
import math
import re
import sys
from itertools import product


def strides(shape):
    out, step = [0] * len(shape), 1
    for axis in range(len(shape) - 1, -1, -1):
        out[axis], step = step, step * shape[axis]
    return out


def count(shape):
    return math.prod(shape)


def broadcast_index(shape, to):
    """For each element of shape `to`, the place of the element of `shape` that it is made of."""
    if shape == to:
        return range(count(to))
    if count(shape) == 1:
        return [0] * count(to)
    pad = [1] * (len(to) - len(shape)) + list(shape)
    step = [s if size > 1 else 0 for s, size in zip(strides(pad), pad)]
    return [sum(i * s for i, s in zip(index, step)) for index in product(*map(range, to))]


def reduce_index(shape, axes):
    """For each element of `shape`, the place of its sum over `axes`."""
    kept = [1 if axis in axes else size for axis, size in enumerate(shape)]
    return broadcast_index(kept, shape)


def axes_of(node, shape):
    found = re.search(r"axes=\[([-\d, ]*)\]", node["expression"]) or re.search(r"axis=(-?\d+)", node["expression"])
    return [int(a) % len(shape) for a in found[1].replace(",", " ").split()] if found else list(range(len(shape)))


def matmul(a, b):
    (n, k), m = a["shape"], b["shape"][1]
    left, right = a["data"], b["data"]
    return [math.fsum(left[i * k + l] * right[l * m + j] for l in range(k)) for i in range(n) for j in range(m)]


def transposed(t):
    rows, columns = t["shape"]
    return {"shape": [columns, rows], "data": [t["data"][r * columns + c] for c in range(columns) for r in range(rows)]}


def log_softmax(x):
    columns, out = x["shape"][-1], []
    for row in range(0, len(x["data"]), columns):
        part = x["data"][row:row + columns]
        top = max(part)
        total = top + math.log(math.fsum(math.exp(v - top) for v in part))
        out += [v - total for v in part]
    return out


POINTWISE = {
    "add": lambda a, b: a + b, "subtract": lambda a, b: a - b, "multiply": lambda a, b: a * b, "divide": lambda a, b: a / b,
    "power": lambda a, b: a ** b, "negate": lambda a: -a, "square": lambda a: a * a, "exp": math.exp, "log": math.log,
    "tanh": math.tanh, "sqrt": math.sqrt, "relu": lambda a: max(a, 0.0), "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "sin": math.sin, "cos": math.cos, "maximum": max, "minimum": min, "abs": abs, "cast": float,
    "gelu": lambda a: a * 0.5 * (1 + math.erf(a / math.sqrt(2))), "leaky_relu": lambda a, w: a if a > 0 else a * w,
    "softplus": lambda a: max(a, 0.0) + math.log1p(math.exp(-abs(a))),
}


def value_of(node, inputs):
    """The node's numbers from those of its inputs, or None for an op that is not known here."""
    op, shape = node["op"], node["value"]["shape"]
    if op in POINTWISE:
        indices = [broadcast_index(t["shape"], shape) for t in inputs]
        return [POINTWISE[op](*(t["data"][p] for t, p in zip(inputs, places))) for places in zip(*indices)]
    if op == "matmul":
        return matmul(*inputs)
    if op == "transpose":
        return transposed(inputs[0])["data"]
    if op == "reshape":
        return inputs[0]["data"]
    if op in ("sum", "mean"):
        axes = axes_of(node, inputs[0]["shape"])
        parts = [[] for _ in range(count(shape))]
        for value, place in zip(inputs[0]["data"], reduce_index(inputs[0]["shape"], axes)):
            parts[place].append(value)
        return [math.fsum(p) / (len(p) if op == "mean" else 1) for p in parts]
    if op == "log_softmax":
        return log_softmax(inputs[0])
    if op == "one_hot":
        return [1.0 if column == index else 0.0 for index in inputs[0]["data"] for column in range(shape[-1])]
    return None


def contribution_of(edge, node, nodes):
    """The part of the argument's gradient that comes through `edge`, from the printed factors."""
    op, incoming, argument = node["op"], node["gradient"], nodes[edge["from"]]["value"]
    if "local" in edge:
        parts = [[] for _ in argument["data"]]
        shape = node["value"]["shape"]
        for local, g, place in zip(edge["local"]["data"], incoming["data"], broadcast_index(argument["shape"], shape)):
            parts[place].append(local * g)
        return [math.fsum(p) for p in parts]
    if op == "matmul":
        other = nodes[node["inputs"][1 - edge["slot"]]]["value"]
        return matmul(incoming, transposed(other)) if edge["slot"] == 0 else matmul(transposed(other), incoming)
    if op == "transpose":
        return transposed(incoming)["data"]
    if op == "reshape":
        return incoming["data"]
    if op in ("sum", "mean"):
        axes = axes_of(node, argument["shape"])
        share = 1 if op == "sum" else count([argument["shape"][a] for a in axes])
        return [incoming["data"][place] / share for place in reduce_index(argument["shape"], axes)]
    if op == "log_softmax":
        columns, out = argument["shape"][-1], []
        for row in range(0, len(argument["data"]), columns):
            g = incoming["data"][row:row + columns]
            y = node["value"]["data"][row:row + columns]
            total = math.fsum(g)
            out += [gi - math.exp(yi) * total for gi, yi in zip(g, y)]
        return out
    return None


class Check:
    def __init__(self, document, tolerance=1e-12):
        self.nodes, self.edges, self.output = document["nodes"], document["edges"], document["output"]
        self.tolerance, self.differences, self.numbers, self.unknown = tolerance, [], 0, []

    def compare(self, what, got, want):
        if got is None:
            self.unknown.append(what)
            return
        if len(got) != len(want):
            self.differences.append(f"{what}: {len(got)} numbers, not {len(want)}")
            return
        scale = max([abs(w) for w in want], default=0)  # sums of products cancel: rounding is relative to the largest
        for i, (g, w) in enumerate(zip(got, want)):
            self.numbers += 1
            if not abs(g - w) <= self.tolerance * max(abs(w), 1e-3 * scale, 1e-300):
                self.differences.append(f"{what}, element {i + 1}: recomputed {g!r}, printed {w!r}")
                return

    def run(self):
        for node in self.nodes:
            if node["kind"] == "operation":
                inputs = [self.nodes[i]["value"] for i in node["inputs"]]
                self.compare("value of " + node["name"], value_of(node, inputs), node["value"]["data"])
        parts = {}
        for edge in self.edges:
            if "contribution" not in edge:
                continue
            node, want = self.nodes[edge["to"]], edge["contribution"]["data"]
            name = f"contribution of {node['name']} to {self.nodes[edge['from']]['name']}"
            self.compare(name, contribution_of(edge, node, self.nodes), want)
            parts.setdefault(edge["from"], []).append(want)
        for place, node in enumerate(self.nodes):
            if place in parts:
                self.compare("gradient of " + node["name"], [math.fsum(p) for p in zip(*parts[place])], node["gradient"]["data"])
        self.compare("gradient of the output", [1.0], self.nodes[self.output]["gradient"]["data"])
        return self


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        check = Check(json.load(file)).run()
    print(f"{check.numbers} numbers recomputed, {len(check.differences)} differences, {len(check.unknown)} not known here")
    for text in check.differences[:10] + check.unknown[:10]:
        print(" ", text)
    return 1 if check.differences or check.unknown else 0


if __name__ == "__main__":
    sys.exit(main())

"""Recomputes every product and sum of a gradus.explain/1 document from its own printed factors.

usage: gradus explain FORMULA --at ... --json | recompute.py       prints how much was checked; exit status 1 for a difference
"""
import json
import math
import sys

TOLERANCE = 1e-12


def strides(shape, target):
    """Steps through `shape` for the axes of `target` (0 where it is repeated)."""
    steps, step = [], 1
    for size in reversed(shape):
        steps.insert(0, 0 if size == 1 else step)
        step *= size
    return [0] * (len(target) - len(shape)) + steps


def sum_to(data, shape, target):
    """What broadcasting `target` to `shape` repeated, added up."""
    out = [0.0] * math.prod(target)
    steps = strides(target, shape)
    for flat, number in enumerate(data):
        at, rest = 0, flat
        for size, step in reversed(list(zip(shape, steps))):
            at += rest % size * step
            rest //= size
        out[at] += number
    return out


def close(a, b):
    scale = max([1.0] + [abs(x) for x in a + b])
    return len(a) == len(b) and all(abs(x - y) <= TOLERANCE * scale for x, y in zip(a, b))


def matmul(a, b):
    (n, k), (_, m) = a["shape"], b["shape"]
    return [sum(a["data"][i * k + l] * b["data"][l * m + j] for l in range(k)) for i in range(n) for j in range(m)]


def transposed(a):
    n, m = a["shape"]
    return {"shape": [m, n], "data": [a["data"][i * m + j] for j in range(m) for i in range(n)]}


def main():
    document = json.load(sys.stdin)
    assert document["schema"] == "gradus.explain/1"
    nodes, edges = document["nodes"], document["edges"]
    checked = {"products": 0, "jacobians": 0, "matrix products": 0, "sums": 0, "paths": 0}
    wrong = []

    def check(kind, what, got, want):
        checked[kind] += 1
        if not close(got, want):
            wrong.append(f"{what}: printed {got}, recomputed {want}")

    for edge in edges:
        if "contribution" not in edge:
            continue
        source, to = nodes[edge["from"]], nodes[edge["to"]]
        incoming, part = to["gradient"], edge["contribution"]
        what = f"{to['name']} -> {source['name']}"
        if "local" in edge:
            products = [g * d for g, d in zip(incoming["data"], edge["local"]["data"])]
            check("products", what, part["data"], sum_to(products, incoming["shape"], part["shape"]))
        if "jacobian" in edge:
            rows, columns = edge["jacobian"]["shape"]
            table = edge["jacobian"]["data"]
            check("jacobians", what, part["data"],
                  [sum(incoming["data"][r] * table[r * columns + c] for r in range(rows)) for c in range(columns)])
        if to["op"] == "matmul":
            a, b = (nodes[i]["value"] for i in to["inputs"])
            check("matrix products", what, part["data"],
                  matmul(incoming, transposed(b)) if edge["slot"] == 0 else matmul(transposed(a), incoming))
    for node in nodes:
        if "gradient" not in node:
            continue
        parts = [e["contribution"]["data"] for e in edges if e["from"] == node["id"] and "contribution" in e]
        want = [sum(column) for column in zip(*parts)] if parts else [0.0] * len(node["gradient"]["data"])
        if node["id"] == document["output"]:
            want = [x + 1 for x in want]
        check("sums", node["name"], node["gradient"]["data"], want)
    for paths in document.get("paths", []):
        for path in paths["paths"]:
            check("paths", "path", [path["product"]], [math.prod(path["factors"])])
        total = math.fsum(path["product"] for path in paths["paths"])
        check("paths", "sum of paths", [paths["sum"]], [total])
        check("paths", "reverse mode", [paths["reverse_mode"]], [total])

    print(", ".join(f"{count} {kind}" for kind, count in checked.items()))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

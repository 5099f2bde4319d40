#!/usr/bin/env python3
"""Writes torch_losses.inl: PyTorch's losses and their gradients by the prediction, in f64.

usage: torch_losses.py > torch_losses.inl     (written with PyTorch 2.15.0)
"""
import torch
import torch.nn.functional as F

LOGITS = [[0.5, -1.25, 2.0], [30.0, -30.0, 0.125], [1000.0, 999.0, -1000.0]]
NUMBERS = [[1.0, -1.0, 0.25], [29.0, -33.0, 0.125], [999.5, 1002.0, -1000.0]]
PROBABILITIES = [[0.5, 0.125], [0.75, 1e-6], [0.9, 0.001]]
BITS = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
CLASSES = [2, 1, 0]
SHARES = [[0.25, 0.25, 0.5], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]

CASES = [
    ("mse", LOGITS, NUMBERS, F.mse_loss),
    ("half_squared", LOGITS, NUMBERS, lambda y, t: ((y - t) ** 2 / 2).sum(1).mean()),
    ("half_squared_sum", LOGITS, NUMBERS, lambda y, t: ((y - t) ** 2 / 2).sum()),
    ("mae", LOGITS, NUMBERS, F.l1_loss),
    ("huber", LOGITS, NUMBERS, F.huber_loss),
    ("huber 2.5", LOGITS, NUMBERS, lambda y, t: F.huber_loss(y, t, delta=2.5)),
    ("binary_cross_entropy", PROBABILITIES, BITS, F.binary_cross_entropy),
    ("binary_cross_entropy_with_logits", LOGITS, SHARES, F.binary_cross_entropy_with_logits),
    ("cross_entropy", LOGITS, CLASSES, F.cross_entropy),
    ("cross_entropy", LOGITS, SHARES, F.cross_entropy),
]


def numbers(values):
    return "{" + ", ".join(repr(float(x)) for x in values) + "}"


def main():
    print("// Written by torch_losses.py with PyTorch", torch.__version__.split("+")[0])
    print("const std::vector<Case> cases = {")
    for name, prediction, target, function in CASES:
        y = torch.tensor(prediction, dtype=torch.float64, requires_grad=True)
        t = torch.tensor(target, dtype=torch.int64 if target is CLASSES else torch.float64)
        loss = function(y, t)
        loss.backward()
        print(f'    {{"{name}", {y.shape[1]}, {numbers(y.detach().flatten())}, {numbers(t.flatten())}, '
              f"{loss.item()!r}, {numbers(y.grad.flatten())}}},")
    print("};")


main()

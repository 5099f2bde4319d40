#!/usr/bin/env python3
"""Writes torch_values.inl: what PyTorch's optimizers make of fixed gradients, in f64.

usage: torch_values.py > torch_values.inl     (written with PyTorch 2.15.0)
"""
import torch

START = [0.5, -1.25, 2.0, 0.0]
STEPS = 10


def gradient(step):
    """Dyadic numbers of changing sign and size; the last is 0 at first."""
    return [0.5 - 0.125 * step, (-1) ** step * 0.75, 1.0 / 64 * (step + 1), 0.0 if step < 3 else -0.25]


CASES = [
    ("gradient_descent(0.1)", lambda p: torch.optim.SGD(p, lr=0.1)),
    ("sgd({.learning_rate = 0.1, .weight_decay = 0.01})", lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01)),
    ("sgd({.learning_rate = 0.1, .momentum = 0.9})", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    ("sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01})",
     lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)),
    ("sgd({.learning_rate = 0.1, .momentum = 0.9, .dampening = 0.5})",
     lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5)),
    ("adam()", lambda p: torch.optim.Adam(p)),
    ("adam({.learning_rate = 0.05, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6, .weight_decay = 0.1})",
     lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
    ("adamw()", lambda p: torch.optim.AdamW(p)),
    ("adamw({.learning_rate = 0.05, .weight_decay = 0.3})", lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.3)),
]


def numbers(tensor):
    return "{" + ", ".join(repr(float(x)) for x in tensor) + "}"


def main():
    print("// Written by torch_values.py with PyTorch", torch.__version__.split("+")[0])
    print("const std::vector<double> start =", numbers(START) + ";")
    print("const std::vector<std::vector<double>> gradients = {" + ", ".join(numbers(gradient(k)) for k in range(STEPS)) + "};")
    print("const std::vector<Case> cases = {")
    for text, make in CASES:
        parameter = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        optimizer = make([parameter])
        after = {}
        for step in range(STEPS):
            parameter.grad = torch.tensor(gradient(step), dtype=torch.float64)
            optimizer.step()
            after[step + 1] = numbers(parameter.detach())
        print("    {" + text + ", {" + ", ".join(after[k] for k in (1, 2, 10)) + "}},")
    print("};")


main()

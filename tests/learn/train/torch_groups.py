#!/usr/bin/env python3
"""Writes torch_groups.inl: 200 steps of PyTorch's optimizers with parameter groups, clipping and averaged weights, in f64.

usage: torch_groups.py > torch_groups.inl     (written with PyTorch 2.15.0)

The net is Linear(3, 4), tanh, Linear(4, 2) under the mean squared error, all rows in every step; numbers are sines that any program can make:
parameter p, row-major element i (from 1), is 0.5 sin((p + 1) i), features sin(0.37 i), targets 2 sin(0.53 i).
"""
import math

import torch

torch.set_default_dtype(torch.float64)
ROWS, STEPS = 8, 200


def sines(shape, frequency, scale):
    count = math.prod(shape)
    return torch.tensor([scale * math.sin(frequency * (i + 1)) for i in range(count)]).reshape(shape)


def make_net():
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    for number, p in enumerate(net.parameters()):
        p.data = sines(tuple(p.shape), number + 1, 0.5)
    return net


def named(net, *names):
    return [dict(net.named_parameters())[n] for n in names]


def bias_groups(net):
    return [{"params": named(net, "0.weight", "2.weight")}, {"params": named(net, "0.bias", "2.bias"), "weight_decay": 0.0}]


def rate_groups(net):
    return [{"params": named(net, "0.weight", "0.bias"), "lr": 0.001}, {"params": named(net, "2.weight", "2.bias")}]


def frozen(net):
    for p in named(net, "0.weight"):
        p.requires_grad_(False)
    return [{"params": named(net, "0.bias", "2.weight", "2.bias")}]


def plain(net):
    return [{"params": list(net.parameters())}]


# name, optimizer, groups, text of the groups, clip_value, clip_norm, average
CASES = [
    ("decay", lambda g: torch.optim.AdamW(g, lr=0.01, weight_decay=0.1), bias_groups, "*.bias weight_decay 0", 0, 0, 0),
    ("rate", lambda g: torch.optim.SGD(g, lr=0.05, momentum=0.9), rate_groups, "0.* rate 0.001", 0, 0, 0),
    ("frozen", lambda g: torch.optim.Adam(g, lr=0.01), frozen, "0.weight frozen", 0, 0, 0),
    ("clip_value", lambda g: torch.optim.SGD(g, lr=0.1), plain, "", 0.05, 0, 0),
    ("clip_norm", lambda g: torch.optim.Adam(g, lr=0.01), plain, "", 0, 0.1, 0),
    ("clip_both", lambda g: torch.optim.SGD(g, lr=0.1, momentum=0.5), plain, "", 0.1, 0.15, 0),
    ("average", lambda g: torch.optim.SGD(g, lr=0.1), plain, "", 0, 0, 0.9),
    ("all", lambda g: torch.optim.AdamW(g, lr=0.02, weight_decay=0.05), bias_groups, "*.bias weight_decay 0", 0, 0.2, 0.99),
]

print(f"// Written by torch_groups.py with PyTorch {torch.__version__.split('+')[0]}")
for name, optimizer, groups, text, value, norm, average in CASES:
    net = make_net()
    x, t = sines((ROWS, 3), 0.37, 1), sines((ROWS, 2), 0.53, 2)
    step = optimizer(groups(net))
    mean = None
    if average:
        mean = torch.optim.swa_utils.AveragedModel(net, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(average))
    for _ in range(STEPS):
        step.zero_grad()
        torch.nn.functional.mse_loss(net(x), t).backward()
        learnt = [p for p in net.parameters() if p.requires_grad]
        if value:
            torch.nn.utils.clip_grad_value_(learnt, value)
        if norm:
            torch.nn.utils.clip_grad_norm_(learnt, norm)
        step.step()
        if mean:
            mean.update_parameters(net)
    out = [v for p in (mean.module if mean else net).parameters() for v in p.detach().flatten().tolist()]
    print(f"const std::vector<double> {name}_weights = {{{', '.join(repr(v) for v in out)}}};")

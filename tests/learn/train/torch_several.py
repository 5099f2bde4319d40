#!/usr/bin/env python3
"""Writes torch_several.inl: 100 steps of PyTorch's Adam on a net of two inputs and two targets, in f64.

usage: torch_several.py > torch_several.inl     (written with PyTorch 2.15.0)

Features [8, 3] go through Linear(3, 4) and tanh, codes [8, 2] through Embedding(5, 3); both joined through Linear(10, 6) and tanh, which gives the numbers [8, 2] of target
"price" by Linear(6, 2), and through Linear(6, 5) and tanh the three classes of target "fuel" by Linear(5, 3). The loss is the mean squared error plus 0.5 times the cross
entropy; all rows are in every step. Numbers are sines that any program can make: parameter p, row-major element i (from 1), is 0.5 sin((p + 1) i), features sin(0.37 i), prices
2 sin(0.53 i); code c of row r is (3 r + c) mod 5, class r 7 r mod 3.
"""
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
ROWS, STEPS = 8, 100


def sines(shape, frequency, scale):
    count = math.prod(shape)
    return torch.tensor([scale * math.sin(frequency * (i + 1)) for i in range(count)]).reshape(shape)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.first = nn.Linear(3, 4)
        self.second = nn.Linear(10, 6)
        self.third = nn.Linear(6, 5)
        self.price = nn.Linear(6, 2)
        self.fuel = nn.Linear(5, 3)
        for number, p in enumerate(self.parameters()):
            p.data = sines(tuple(p.shape), number + 1, 0.5)

    def forward(self, x, codes):
        both = torch.cat([torch.tanh(self.first(x)), self.embedding(codes).flatten(1)], 1)
        hidden = torch.tanh(self.second(both))
        return self.price(hidden), self.fuel(torch.tanh(self.third(hidden)))


net = Net()
x, price = sines((ROWS, 3), 0.37, 1), sines((ROWS, 2), 0.53, 2)
codes = torch.tensor([[(3 * r + c) % 5 for c in range(2)] for r in range(ROWS)])
fuel = torch.tensor([7 * r % 3 for r in range(ROWS)])
step = torch.optim.Adam(net.parameters(), lr=0.01)
losses = []
for _ in range(STEPS):
    step.zero_grad()
    y, z = net(x, codes)
    loss = nn.functional.mse_loss(y, price) + 0.5 * nn.functional.cross_entropy(z, fuel)
    losses.append(loss.item())
    loss.backward()
    step.step()
y, z = net(x, codes)
weights = [v for p in net.parameters() for v in p.detach().flatten().tolist()]
predictions = torch.cat([y, torch.softmax(z, 1)], 1).detach().flatten().tolist()
print(f"// Written by torch_several.py with PyTorch {torch.__version__.split('+')[0]}")
for name, numbers in (("losses", losses), ("weights", weights), ("predictions", predictions)):
    print(f"const std::vector<double> {name} = {{{', '.join(repr(v) for v in numbers)}}};")

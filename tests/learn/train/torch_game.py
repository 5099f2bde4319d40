#!/usr/bin/env python3
"""Writes torch_game.inl: a generator and its critic in PyTorch, 200 alternating steps, in f64.

usage: torch_game.py > torch_game.inl     (written with PyTorch 2.15.0)

Generator: Linear(2, 4), tanh, Linear(4, 3). Critic: Linear(3, 5), tanh, Linear(5, 1). In every step the critic learns from all rows, then the
generator. Numbers are sines that any program can make: parameter p (generator's first), row-major element i (from 1), is 0.5 sin((p + 1) i);
noise sin(0.37 i), real rows 2 sin(0.53 i).
"""
import math

import torch
from torch.nn.functional import softplus

torch.set_default_dtype(torch.float64)
ROWS, STEPS = 12, 200


def sines(shape, frequency, scale):
    count = math.prod(shape)
    return torch.tensor([scale * math.sin(frequency * (i + 1)) for i in range(count)]).reshape(shape)


generator = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3))
critic = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 1))
for number, p in enumerate(list(generator.parameters()) + list(critic.parameters())):
    p.data = sines(tuple(p.shape), number + 1, 0.5)
z, real = sines((ROWS, 2), 0.37, 1), sines((ROWS, 3), 0.53, 2)
learn_critic = torch.optim.Adam(critic.parameters(), lr=0.01, betas=(0.5, 0.999))
learn_generator = torch.optim.SGD(generator.parameters(), lr=0.05, momentum=0.5)
losses = []
for _ in range(STEPS):
    learn_critic.zero_grad()
    loss = (softplus(-critic(real)) + softplus(critic(generator(z).detach()))).mean()
    loss.backward()
    learn_critic.step()
    learn_generator.zero_grad()
    fooled = softplus(-critic(generator(z))).mean()
    fooled.backward()
    learn_generator.step()
    losses.append((loss.item(), fooled.item()))

print(f"// Written by torch_game.py with PyTorch {torch.__version__.split('+')[0]}")
for name, net in (("generator", generator), ("critic", critic)):
    out = [v for p in net.parameters() for v in p.detach().flatten().tolist()]
    print(f"const std::vector<double> {name}_weights = {{{', '.join(repr(v) for v in out)}}};")
print(f"const double last_losses[] = {{{losses[-1][0]!r}, {losses[-1][1]!r}}};")

"""Writes torch_batch_norm.inl: running statistics of batch normalization by PyTorch in f64.

usage: python torch_batch_norm.py > torch_batch_norm.inl        (PyTorch 2.15 wrote the file in use)
Inputs and parameters are 0.4 sin(step * (i + 1)) in row-major order; steps of parameters are 1.1, 1.2, ... Each case: the net's
text, the shape of a sample, the running mean and variance of layer 1 after two batches of three samples in training (steps 1 and
0.7), and what the net then gives in inference for the first of them.
"""
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
print("// Written by torch_batch_norm.py with PyTorch", torch.__version__.split("+")[0])


def wave(shape, step):
    return torch.tensor([0.4 * math.sin(step * (i + 1)) for i in range(math.prod(shape))]).reshape(shape)


def case(text, sample, net):
    for k, p in enumerate(net.parameters()):
        p.data = wave(p.shape, 1.1 + 0.1 * k)
    net.train()
    for step in (1.0, 0.7):
        net(wave((3, *sample), step))
    net.eval()
    y = net(wave((3, *sample), 1.0))
    numbers = lambda xs: ", ".join(repr(float(x)) for x in xs)
    print('{"%s", {%s}, {%s},\n {%s},\n {%s}},' % (text, numbers(sample).replace(".0", ""), numbers(net[1].running_mean),
                                                 numbers(net[1].running_var), numbers(y.detach().flatten())))


case("5, batch_norm relu, 2", (4,), nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2)))
case("conv 3 2x2, batch_norm momentum 0.3 epsilon 0.01 tanh, 2", (2, 3, 4), nn.Sequential(
    nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3, eps=0.01, momentum=0.3), nn.Tanh(), nn.Flatten(), nn.Linear(18, 2)))
case("conv1d 3 2 nobias, batch_norm momentum 1 plain, 2", (2, 5), nn.Sequential(
    nn.Conv1d(2, 3, 2, bias=False), nn.BatchNorm1d(3, momentum=1.0, affine=False), nn.Flatten(), nn.Linear(12, 2)))

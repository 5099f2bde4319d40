"""Writes torch_spatial.inl: nets with convolution and pooling by PyTorch in f64.

usage: python torch_spatial.py > torch_spatial.inl        (PyTorch 2.15 wrote the file in use)
Every input and parameter is 0.4 sin(step * (i + 1)) in row-major order; steps are 1 for the input, then 1.1, 1.2, ...
Each case: the net's text, the shape of a sample, the outputs for two samples, and the sums of |gradient| of the sum of the
squared outputs by each parameter.
"""
import math

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
print("// Written by torch_spatial.py with PyTorch", torch.__version__.split("+")[0])


def wave(shape, step):
    return torch.tensor([0.4 * math.sin(step * (i + 1)) for i in range(math.prod(shape))]).reshape(shape)


def case(text, sample, net):
    for k, p in enumerate(net.parameters()):
        p.data = wave(p.shape, 1.1 + 0.1 * k)
    y = net(wave((2, *sample), 1.0))
    (y * y).sum().backward()
    numbers = lambda xs: ", ".join(repr(float(x)) for x in xs)
    print('{"%s", {%s}, {%s},\n {%s}},' % (text, numbers(sample).replace(".0", ""), numbers(y.detach().flatten()),
                                         numbers(p.grad.abs().sum().item() for p in net.parameters())))


case("conv 3 3x3 pad 1 relu, maxpool 2, conv 4 2x3 stride 2x1 relu, 5 tanh", (2, 7, 8), nn.Sequential(
    nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, (2, 3), stride=(2, 1)), nn.ReLU(), nn.Flatten(),
    nn.Linear(8, 5), nn.Tanh()))
case("conv 4 3x3 pad 2 dilation 2 groups 2 nobias tanh, avgpool 3 stride 2 pad 1, flatten, 2", (2, 5, 6), nn.Sequential(
    nn.Conv2d(2, 4, 3, padding=2, dilation=2, groups=2, bias=False), nn.Tanh(), nn.AvgPool2d(3, 2, 1), nn.Flatten(), nn.Linear(36, 2)))
case("conv1d 3 4 stride 2 pad 1 relu, maxpool1d 3 stride 1 pad 1, avgpool1d 2, 2", (2, 12), nn.Sequential(
    nn.Conv1d(2, 3, 4, stride=2, padding=1), nn.ReLU(), nn.MaxPool1d(3, 1, 1), nn.AvgPool1d(2), nn.Flatten(), nn.Linear(9, 2)))
case("view 2x3x4, conv 2 2x2, maxpool 2x3, 3", (24,), nn.Sequential(
    nn.Unflatten(1, (2, 3, 4)), nn.Conv2d(2, 2, 2), nn.MaxPool2d((2, 3)), nn.Flatten(), nn.Linear(2, 3)))

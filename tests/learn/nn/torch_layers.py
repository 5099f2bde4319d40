"""Writes torch_layers.inl: layers, activations and nets of named nodes by PyTorch in f64, with derivatives of both orders.

usage: python torch_layers.py > torch_layers.inl        (PyTorch 2.15 wrote the file in use)
Every input and parameter is 0.4 sin(step * (i + 1)) in row-major order; steps are 1 for the input, then 1.1, 1.2, ... Inputs of
embeddings are codes, i % 5. Each case: the net's text, the shape of a sample, the largest code + 1 or 0, the outputs for two
samples, then for each parameter the sums of |g| and |h|: g is its gradient of L, the sum of the outputs' cubes, and h its
gradient of the sum of the squares of all g.
"""
import math

import torch
from torch import nn
from torch.nn import functional as f

torch.set_default_dtype(torch.float64)
print("// Written by torch_layers.py with PyTorch", torch.__version__.split("+")[0])


def wave(shape, step):
    return torch.tensor([0.4 * math.sin(step * (i + 1)) for i in range(math.prod(shape))]).reshape(shape)


def case(text, sample, net, codes=0):
    parameters = list(net.parameters())
    for k, p in enumerate(parameters):
        p.data = wave(p.shape, 1.1 + 0.1 * k)
    shape = (2, *sample)
    x = torch.arange(math.prod(shape)).reshape(shape) % codes if codes else wave(shape, 1.0)
    y = net(x)
    first = torch.autograd.grad((y**3).sum(), parameters, create_graph=True)
    second = torch.autograd.grad(sum((g * g).sum() for g in first), parameters, allow_unused=True)
    numbers = lambda xs: ", ".join(repr(float(x)) for x in xs)
    sizes = lambda gs: numbers(0.0 if g is None else g.abs().sum().item() for g in gs)
    print('{"%s", {%s}, %d, {%s},\n {%s},\n {%s}},' % (text, numbers(sample).replace(".0", ""), codes, numbers(y.detach().flatten()),
                                                    sizes(first), sizes(second)))


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Bias(nn.Module):
    """Comes after the modules before it, as a parameter of a module does not."""

    def __init__(self, width):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(width))


class Residual(nn.Module):
    def __init__(self, net, shortcut=nn.Identity()):
        super().__init__()
        self.net, self.shortcut = net, shortcut

    def forward(self, x):
        return self.net(x) + self.shortcut(x)


class Parallel(nn.Module):
    def __init__(self, *nets):
        super().__init__()
        self.nets = nn.ModuleList(nets)

    def forward(self, x):
        return torch.cat([net(x) for net in self.nets], 1)


class Named(nn.Module):
    """8 tanh as a, 8 relu as b, add a, from a, concat b, 3"""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.d = nn.Linear(4, 8), nn.Linear(8, 8), nn.Linear(8, 5), nn.Linear(13, 3)

    def forward(self, x):
        a = torch.tanh(self.a(x))
        b = torch.relu(self.b(a))
        c = self.c(b + a)
        return self.d(torch.cat([c, b], 1))


class Tied(nn.Module):
    """An autoencoder whose decoder has the encoder's weight, transposed."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(6, 3), Bias(6)

    def forward(self, x):
        return torch.tanh(self.encoder(x)) @ self.encoder.weight + self.decoder.bias


class Codes(nn.Module):
    """Scores of all codes by the embedding's own weight."""

    def __init__(self):
        super().__init__()
        self.codes, self.middle, self.scores = nn.Embedding(5, 4), nn.Linear(12, 4), Bias(5)

    def forward(self, x):
        return f.linear(torch.tanh(self.middle(self.codes(x).flatten(1))), self.codes.weight, self.scores.bias)


class Again(nn.Module):
    """4 tanh as a, again a, again a, 2"""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x):
        for _ in range(3):
            x = torch.tanh(self.a(x))
        return self.b(x)


linear = nn.Linear
activations = {
    "relu": nn.ReLU(), "leaky_relu 0.2": nn.LeakyReLU(0.2), "prelu": nn.PReLU(), "elu 0.7": nn.ELU(0.7), "selu": nn.SELU(),
    "gelu": nn.GELU(), "gelu_tanh": nn.GELU(approximate="tanh"), "silu": nn.SiLU(), "softplus": nn.Softplus(threshold=50),
    "sigmoid": nn.Sigmoid(), "tanh": nn.Tanh(), "softmax": nn.Softmax(-1), "relu6": nn.ReLU6(), "hardtanh -0.3 0.2": nn.Hardtanh(-0.3, 0.2),
    "mish": nn.Mish(), "celu 0.5": nn.CELU(0.5), "logsigmoid": nn.LogSigmoid(),
    "softsign": nn.Softsign(), "tanhshrink": nn.Tanhshrink(), "softshrink 0.1": nn.Softshrink(0.1), "hardshrink 0.1": nn.Hardshrink(0.1),
    "glu": nn.GLU(), "log_softmax": nn.LogSoftmax(-1),
    # torch.nn.Hardsigmoid and Hardswish have no second derivative: their formulas
    "hardsigmoid": Function(lambda x: f.relu6(x + 3) / 6), "hardswish": Function(lambda x: x * f.relu6(x + 3) / 6),
}
for text, function in activations.items():
    case("6 %s, 2" % text, (3,), nn.Sequential(linear(3, 6), function, linear(3 if text == "glu" else 6, 2)))
case("6 hardtanh, 2", (3,), nn.Sequential(linear(3, 6), nn.Hardtanh(), linear(6, 2)))

case("6, batch_norm epsilon 0.1 tanh, 2", (3,), nn.Sequential(linear(3, 6), nn.BatchNorm1d(6, eps=0.1), nn.Tanh(), linear(6, 2)))
case("conv 4 2x2 nobias, batch_norm silu, 2", (2, 3, 4), nn.Sequential(
    nn.Conv2d(2, 4, 2, bias=False), nn.BatchNorm2d(4), nn.SiLU(), nn.Flatten(), linear(24, 2)))
case("6, layer_norm relu, 2", (3,), nn.Sequential(linear(3, 6), nn.LayerNorm(6), nn.ReLU(), linear(6, 2)))
case("6, layer_norm epsilon 0.1 plain, 2", (3,),
     nn.Sequential(linear(3, 6), nn.LayerNorm(6, eps=0.1, elementwise_affine=False), linear(6, 2)))
case("conv 4 2x2, layer_norm axes 0 tanh, 2", (2, 3, 4), nn.Sequential(
    nn.Conv2d(2, 4, 2), nn.LayerNorm([4, 2, 3]), nn.Tanh(), nn.Flatten(), linear(24, 2)))
case("conv 4 2x2, group_norm 2 relu, 2", (2, 3, 4), nn.Sequential(
    nn.Conv2d(2, 4, 2), nn.GroupNorm(2, 4), nn.ReLU(), nn.Flatten(), linear(24, 2)))
case("6, group_norm 3 epsilon 0.01, 2", (3,), nn.Sequential(linear(3, 6), nn.GroupNorm(3, 6, eps=0.01), linear(6, 2)))
case("6, rms_norm tanh, 2", (3,), nn.Sequential(linear(3, 6), nn.RMSNorm(6), nn.Tanh(), linear(6, 2)))
case("6, rms_norm epsilon 0.01 plain, 2", (3,), nn.Sequential(linear(3, 6), nn.RMSNorm(6, 0.01, False), linear(6, 2)))

block = lambda a, b, **k: nn.Conv2d(a, b, 3, padding=1, **k)
case("conv 4 3x3 pad 1, residual(conv 4 3x3 pad 1 tanh, conv 4 3x3 pad 1) relu, 2", (2, 3, 4), nn.Sequential(
    block(2, 4), Residual(nn.Sequential(block(4, 4), nn.Tanh(), block(4, 4))), nn.ReLU(), nn.Flatten(), linear(48, 2)))
case("residual(conv 4 3x3 stride 2 pad 1 tanh, conv 4 3x3 pad 1 | conv 4 1x1 stride 2 nobias) silu, 2", (2, 3, 4), nn.Sequential(
    Residual(nn.Sequential(block(2, 4, stride=2), nn.Tanh(), block(4, 4)), nn.Conv2d(2, 4, 1, stride=2, bias=False)), nn.SiLU(),
    nn.Flatten(), linear(16, 2)))
case("parallel(4 tanh | 3 silu, 2 | ), repeat 2 (residual(9 tanh)), 2", (3,), nn.Sequential(
    Parallel(nn.Sequential(linear(3, 4), nn.Tanh()), nn.Sequential(linear(3, 3), nn.SiLU(), linear(3, 2)), nn.Identity()),
    *(Residual(nn.Sequential(linear(9, 9), nn.Tanh())) for _ in range(2)), linear(9, 2)))
case("(4 tanh, 5) silu, 2", (3,), nn.Sequential(nn.Sequential(linear(3, 4), nn.Tanh(), linear(4, 5)), nn.SiLU(), linear(5, 2)))
case("8 tanh as a, 8 relu as b, add a, 5 as c, from c, concat b, 3", (4,), Named())
case("3 tanh as code, tied code transposed", (6,), Tied())
case("embedding 5 4 as codes, 4 tanh, tied codes", (3,), Codes(), codes=5)
case("4 tanh as a, again a, again a, 2", (4,), Again())

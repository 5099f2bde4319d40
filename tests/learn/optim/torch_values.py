#!/usr/bin/env python3
"""Writes torch_values.inl: what PyTorch's optimizers make of fixed gradients, and of 1,000 steps of linear regression, in f64.

usage: torch_values.py > torch_values.inl     (written with PyTorch 2.15.0)

Optimizers are named by their recipes. PyTorch has no Lion: it is written out here from the paper (Chen et al. 2023, algorithm 2).
"""
import torch

START = [0.5, -1.25, 2.0, 0.0]
STEPS = 10
LONG = 1000


def gradient(step):
    """Dyadic numbers of changing sign and size; the last is 0 at first."""
    return [0.5 - 0.125 * step, (-1) ** step * 0.75, 1.0 / 64 * (step + 1), 0.0 if step < 3 else -0.25]


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                direction = torch.sign(beta1 * m + (1 - beta1) * p.grad)
                p.sub_(group["lr"] * (direction + group["weight_decay"] * p))
                m.copy_(beta2 * m + (1 - beta2) * p.grad)


O = torch.optim
CASES = [
    ("gradient_descent 0.1", lambda p: O.SGD(p, lr=0.1)),
    ("sgd 0.1 weight_decay 0.01", lambda p: O.SGD(p, lr=0.1, weight_decay=0.01)),
    ("sgd 0.1 momentum 0.9", lambda p: O.SGD(p, lr=0.1, momentum=0.9)),
    ("sgd 0.1 momentum 0.9 nesterov weight_decay 0.01", lambda p: O.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)),
    ("sgd 0.1 momentum 0.9 dampening 0.5", lambda p: O.SGD(p, lr=0.1, momentum=0.9, dampening=0.5)),
    ("adam", O.Adam),
    ("adam 0.05 beta1 0.8 beta2 0.95 epsilon 1e-6 weight_decay 0.1", lambda p: O.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1)),
    ("adamw", O.AdamW),
    ("adamw 0.05 weight_decay 0.3", lambda p: O.AdamW(p, lr=0.05, weight_decay=0.3)),
    ("amsgrad", lambda p: O.Adam(p, amsgrad=True)),
    ("amsgrad 0.05 beta1 0.7 beta2 0.5 weight_decay 0.1", lambda p: O.Adam(p, lr=0.05, betas=(0.7, 0.5), weight_decay=0.1, amsgrad=True)),
    ("amsgrad 0.05 beta2 0.8 weight_decay 0.2 decoupled", lambda p: O.AdamW(p, lr=0.05, betas=(0.9, 0.8), weight_decay=0.2, amsgrad=True)),
    ("nadam", O.NAdam),
    ("nadam 0.05 beta1 0.8 beta2 0.9 epsilon 1e-6 weight_decay 0.1 momentum_decay 0.1",
     lambda p: O.NAdam(p, lr=0.05, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.1, momentum_decay=0.1)),
    ("nadam 0.05 weight_decay 0.2 decoupled", lambda p: O.NAdam(p, lr=0.05, weight_decay=0.2, decoupled_weight_decay=True)),
    ("radam", O.RAdam),
    ("radam 0.05 beta1 0.8 beta2 0.9 epsilon 1e-6 weight_decay 0.1", lambda p: O.RAdam(p, lr=0.05, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.1)),
    ("radam 0.05 beta2 0.6", lambda p: O.RAdam(p, lr=0.05, betas=(0.9, 0.6))),  # never sure of its mean square
    ("radam 0.05 weight_decay 0.2 decoupled", lambda p: O.RAdam(p, lr=0.05, weight_decay=0.2, decoupled_weight_decay=True)),
    ("adamax", O.Adamax),
    ("adamax 0.05 beta1 0.8 beta2 0.9 epsilon 1e-6 weight_decay 0.1", lambda p: O.Adamax(p, lr=0.05, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.1)),
    ("rmsprop", O.RMSprop),
    ("rmsprop 0.02 alpha 0.9 epsilon 1e-6 weight_decay 0.1 momentum 0.5",
     lambda p: O.RMSprop(p, lr=0.02, alpha=0.9, eps=1e-6, weight_decay=0.1, momentum=0.5)),
    ("rmsprop 0.02 alpha 0.9 centered", lambda p: O.RMSprop(p, lr=0.02, alpha=0.9, centered=True)),
    ("rmsprop 0.02 alpha 0.8 momentum 0.5 centered", lambda p: O.RMSprop(p, lr=0.02, alpha=0.8, momentum=0.5, centered=True)),
    ("adagrad", O.Adagrad),
    ("adagrad 0.1 rate_decay 0.25 weight_decay 0.1 initial_sum 0.5 epsilon 1e-6",
     lambda p: O.Adagrad(p, lr=0.1, lr_decay=0.25, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-6)),
    ("adadelta", O.Adadelta),
    ("adadelta 0.5 rho 0.8 epsilon 1e-3 weight_decay 0.1", lambda p: O.Adadelta(p, lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.1)),
    ("rprop", O.Rprop),
    ("rprop 0.05 shrink 0.25 grow 1.5 least_step 0.015625 largest_step 0.0625",
     lambda p: O.Rprop(p, lr=0.05, etas=(0.25, 1.5), step_sizes=(0.015625, 0.0625))),
    ("lion", Lion),
    ("lion 0.01 beta1 0.8 beta2 0.95 weight_decay 0.1", lambda p: Lion(p, lr=0.01, betas=(0.8, 0.95), weight_decay=0.1)),
]


def numbers(values):
    return "{" + ", ".join(repr(float(x)) for x in values) + "}"


def fixed_gradients(make):
    """The parameter after 1, 2 and 10 steps."""
    parameter = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([parameter])
    after = {}
    for step in range(STEPS):
        parameter.grad = torch.tensor(gradient(step), dtype=torch.float64)
        optimizer.step()
        after[step + 1] = numbers(parameter.detach())
    return ", ".join(after[k] for k in (1, 2, STEPS))


def batch(step):
    """4 rows of 3 features and 2 targets, whole numbers / 16: one of 7 batches, each of other rows."""
    b = step % 7
    features = [[((7 * (4 * b + i) + 5 * j + 3) * (j + 2) % 33 - 16) / 16 for j in range(3)] for i in range(4)]
    targets = [[((11 * (4 * b + i) + 3 * k) % 29 - 14) / 16 for k in range(2)] for i in range(4)]
    return torch.tensor(features, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)


def long_run(make):
    """Weights [2, 3], biases [2] and the last loss after 1,000 steps of linear regression by the mean squared error."""
    net = torch.nn.Linear(3, 2, dtype=torch.float64)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([[0.5, -0.25, 0.125], [-0.75, 0.375, 0.0625]]))
        net.bias.copy_(torch.tensor([0.25, -0.5]))
    optimizer = make(net.parameters())
    for step in range(LONG):
        features, targets = batch(step)
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(net(features), targets)
        loss.backward()
        optimizer.step()
    return numbers([*net.weight.detach().flatten(), *net.bias.detach(), loss.detach()])


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)  # NAdam's product of momenta is of this type, whatever the parameters are
    print("// Written by torch_values.py with PyTorch", torch.__version__.split("+")[0])
    print("const std::vector<double> start =", numbers(START) + ";")
    print("const std::vector<std::vector<double>> gradients = {" + ", ".join(numbers(gradient(k)) for k in range(STEPS)) + "};")
    print("const std::vector<Case> cases = {")
    for text, make in CASES:
        print('    {"' + text + '", {' + fixed_gradients(make) + "}, " + long_run(make) + "},")
    print("};")


main()

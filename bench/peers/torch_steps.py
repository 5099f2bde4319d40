"""PyTorch as a contender of bench/compare. usage: torch_steps.py CASE THREADS eager|compiled"""
import sys

import torch
from torch import nn
from torch.nn import functional as F

from serving import read_case, serve


ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


class Residual(nn.Sequential):
    def __init__(self, layers, shortcut):
        super().__init__(*layers)
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x):
        y = x
        for name, layer in self.named_children():
            if name != "shortcut":
                y = layer(y)
        return y + self.shortcut(x)


def split(text, mark):
    """The parts of a net description between marks that are in no parentheses."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def number_after(words, key, otherwise):
    return int(words[words.index(key) + 1]) if key in words else otherwise


def layers_of(items, sizes):
    """The layers of a net, and the sizes of what comes out of it from a row of `sizes`."""
    layers = []
    for item in items:
        body, bracket, rest = item.rpartition(")") if item.startswith("residual(") else (item, "", "")
        words = (rest if bracket else body).split()
        activations = [word for word in words[0 if bracket else 1:] if word in ACTIVATIONS]
        if bracket:
            nets = [split(net, ",") for net in split(body[len("residual("):], "|")]
            made = Residual(layers_of(nets[0], sizes), layers_of(nets[1], sizes) if len(nets) > 1 else [])
        else:
            made = layer_of(words, sizes)
        for layer in [made, *(ACTIVATIONS[word]() for word in activations)]:
            layers.append(layer)
            sizes = layer.eval()(torch.zeros(1, *sizes)).shape[1:]
            layer.train()
    return layers


def layer_of(words, sizes):
    bias = "nobias" not in words
    if words[0].isdigit():
        return nn.Linear(sizes[-1], int(words[0]), bias=bias)
    if words[0] == "conv":
        return nn.Conv2d(sizes[0], int(words[1]), int(words[2].split("x")[0]), number_after(words, "stride", 1),
                         number_after(words, "pad", 0), bias=bias)
    if words[0] in ("maxpool", "avgpool"):
        return {"maxpool": nn.MaxPool2d, "avgpool": nn.AvgPool2d}[words[0]](int(words[1].split("x")[0]))
    if words[0] == "batch_norm":
        return nn.BatchNorm2d(sizes[0]) if len(sizes) > 1 else nn.BatchNorm1d(sizes[0])
    return {**ACTIVATIONS, "flatten": nn.Flatten}[words[0]]()


def network(case):
    return nn.Sequential(*layers_of(case.layers, case.features.shape[1:]))


LOSSES = {"mse": F.mse_loss, "cross_entropy": F.cross_entropy, "logistic": F.binary_cross_entropy_with_logits}


class Peer:
    def __init__(self, case, compiled):
        self.trains = case.optimizer != "none"
        self.net, self.case = network(case), case
        self.start = {name: torch.tensor(value) for name, value in case.arrays.items()}
        x = torch.tensor(case.features)
        compile_ = torch.compile if compiled else lambda f: f
        if not self.trains:
            forward = compile_(self.net)

            def predict():
                with torch.inference_mode() if not compiled else torch.no_grad():
                    return forward(x)

            self.step = self.predict = predict
            return
        y = torch.tensor(case.target)
        self.optimizer = self.make_optimizer(compiled)
        loss_of = LOSSES[case.loss]
        forward = compile_(lambda x, y: loss_of(self.net(x), y))
        update = compile_(self.optimizer.step)

        def step():
            self.optimizer.zero_grad()
            loss = forward(x, y)
            loss.backward()
            update()
            return loss

        self.step = step

    def make_optimizer(self, compiled):
        fused = {} if compiled else {"fused": True}  # what each mode is fastest with
        if self.case.optimizer == "adam":
            return torch.optim.Adam(self.net.parameters(), self.case.rate, **fused)
        momentum = 0.9 if self.case.optimizer == "momentum" else 0
        return torch.optim.SGD(self.net.parameters(), self.case.rate, momentum=momentum, **fused)

    def restart(self):
        self.net.load_state_dict(self.start, strict=False)  # batch norm counts its batches beside
        if self.trains:
            with torch.no_grad():
                for state in self.optimizer.state.values():
                    for value in state.values():
                        if value is not None:
                            value.zero_()

    def wait(self, out):
        pass

    def loss(self, out):
        return out.detach()


case = read_case(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
torch.set_flush_denormal(True)
mode = sys.argv[3]
serve(f"PyTorch {torch.__version__} {mode}", Peer(case, mode == "compiled"), case.restart)

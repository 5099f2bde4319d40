"""PyTorch as a contender of bench/compare. usage: torch_steps.py CASE THREADS eager|compiled"""
import sys

import torch
from torch import nn
from torch.nn import functional as F

from serving import read_case, serve


def layer_of(words, width, channels):
    """The layer, and how many numbers or channels come out of it."""
    if words[0].isdigit():
        return nn.Linear(width, int(words[0])), int(words[0]), channels
    if words[0] == "conv":
        out, kernel = int(words[1]), int(words[2].split("x")[0])
        padding = int(words[words.index("pad") + 1]) if "pad" in words else 0
        return nn.Conv2d(channels, out, kernel, padding=padding), width, out
    if words[0] == "maxpool":
        return nn.MaxPool2d(int(words[1].split("x")[0])), width, channels
    simple = {"relu": nn.ReLU, "tanh": nn.Tanh, "flatten": nn.Flatten}
    return simple[words[0]](), width, channels


def network(case):
    layers, width, channels = [], case.features.shape[1], case.features.shape[1]
    for text in case.layers:
        if text == "flatten":
            width = nn.Sequential(*layers)(torch.zeros(1, *case.features.shape[1:])).numel()
        layer, width, channels = layer_of(text.split(), width, channels)
        layers.append(layer)
    return nn.Sequential(*layers)


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
        self.net.load_state_dict(self.start)
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

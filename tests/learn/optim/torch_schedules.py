#!/usr/bin/env python3
"""Writes torch_schedules.inl: the learning rates of PyTorch's schedulers over 1,000 steps, in f64.

usage: torch_schedules.py > torch_schedules.inl     (written with PyTorch 2.15.0)

A schedule counts epochs of 10 steps unless its recipe says steps; PyTorch's scheduler is stepped as often. The rate is 0.5 before the schedule.
Every 37th step is kept, and the last.
"""
import math

import torch

STEPS, EPOCH, RATE = 1000, 10, 0.5
S = torch.optim.lr_scheduler


def loss(epoch):
    """Falls, rests, falls again, rests for long, with noise; what plateau sees after epoch `epoch` (from 0)."""
    return 2.0 + math.exp(-epoch / 6) - (0.75 if epoch >= 40 else 0) + 0.015625 * ((epoch * 7) % 5)


# recipe, scheduler, when it is stepped
CASES = [
    ("constant", lambda o: S.LambdaLR(o, lambda t: 1.0), "step"),
    ("cosine", lambda o: S.CosineAnnealingLR(o, STEPS), "step"),
    ("cosine final 0.125", lambda o: S.CosineAnnealingLR(o, STEPS, eta_min=0.125 * RATE), "step"),
    ("step 30", lambda o: S.StepLR(o, 30), "epoch"),
    ("step 7 gamma 0.75", lambda o: S.StepLR(o, 7, gamma=0.75), "epoch"),
    ("step 64 gamma 0.5 unit steps", lambda o: S.StepLR(o, 64, gamma=0.5), "step"),
    ("exponential 0.95", lambda o: S.ExponentialLR(o, 0.95), "epoch"),
    ("exponential 0.995 unit steps", lambda o: S.ExponentialLR(o, 0.995), "step"),
    ("polynomial", lambda o: S.PolynomialLR(o, total_iters=STEPS), "step"),
    ("polynomial power 2.5", lambda o: S.PolynomialLR(o, total_iters=STEPS, power=2.5), "step"),
    ("polynomial 2 length 40", lambda o: S.PolynomialLR(o, total_iters=40, power=2), "epoch"),
    ("polynomial power 0.5 length 640 unit steps", lambda o: S.PolynomialLR(o, total_iters=640, power=0.5), "step"),
    ("restarts 10", lambda o: S.CosineAnnealingWarmRestarts(o, 10), "fine"),
    ("restarts 7 growth 2 final 0.25", lambda o: S.CosineAnnealingWarmRestarts(o, 7, T_mult=2, eta_min=0.25 * RATE), "fine"),
    ("restarts 90 growth 3 unit steps", lambda o: S.CosineAnnealingWarmRestarts(o, 90, T_mult=3), "step"),
    ("one_cycle", lambda o: S.OneCycleLR(o, RATE, total_steps=STEPS, cycle_momentum=False), "step"),
    ("one_cycle 0.125 div_factor 10 final_div_factor 100 anneal linear",
     lambda o: S.OneCycleLR(o, RATE, total_steps=STEPS, pct_start=0.125, div_factor=10, final_div_factor=100, anneal_strategy="linear", cycle_momentum=False), "step"),
    ("one_cycle 0.4 three_phase", lambda o: S.OneCycleLR(o, RATE, total_steps=STEPS, pct_start=0.4, three_phase=True, cycle_momentum=False), "step"),
    ("one_cycle 0.25 three_phase anneal linear",
     lambda o: S.OneCycleLR(o, RATE, total_steps=STEPS, pct_start=0.25, three_phase=True, anneal_strategy="linear", cycle_momentum=False), "step"),
    ("plateau", lambda o: S.ReduceLROnPlateau(o), "loss"),
    ("plateau 3 gamma 0.5 threshold 0.015625 measure absolute cooldown 4",
     lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=3, threshold=0.015625, threshold_mode="abs", cooldown=4), "loss"),
    ("plateau 1 gamma 0.5 threshold 0.01 least 0.03125",
     lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=1, threshold=0.01, min_lr=0.03125 * RATE), "loss"),
]


def rates(make, when):
    parameter = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([parameter], lr=RATE)
    scheduler = make(optimizer)
    out = []
    for step in range(STEPS):
        if when == "fine":
            scheduler.step(step / EPOCH)
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        ended = (step + 1) % EPOCH == 0
        if step + 1 < STEPS and (when == "step" or (when == "epoch" and ended)):
            scheduler.step()
        if when == "loss" and ended:
            scheduler.step(loss(step // EPOCH))
    return out


def main():
    print("// Written by torch_schedules.py with PyTorch", torch.__version__.split("+")[0])
    kept = [*range(0, STEPS, 37), STEPS - 1]
    print("const std::vector<std::int64_t> kept = {" + ", ".join(map(str, kept)) + "};")
    print("const std::vector<double> losses = {" + ", ".join(repr(loss(e)) for e in range(STEPS // EPOCH)) + "};")
    print("const std::vector<Case> cases = {")
    for text, make, when in CASES:
        all_rates = rates(make, when)
        print('    {"' + text + '", {' + ", ".join(repr(float(all_rates[k])) for k in kept) + "}},")
    print("};")


main()

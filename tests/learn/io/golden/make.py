#!/usr/bin/env python3
"""Writes the model files of this folder, and what the program that wrote them predicts with each: files that every later gradus must read.

usage: make.py GRADUS NAME...     (adds the models of these names)

The rows come from formulas; the files are never made again by a later gradus: that would test nothing. Up to images-conv1d-f64 they were written with gradus 0.1.0, commit
6b724f8, before optimizers, schedules and initializers were kinds; those of nets of named nodes when model files began to have the nodes of a net;
those of several inputs and targets when nets began to have some.
NAME.gradus is the model, NAME.json its predictions for the rows that it learnt from (of images: the t10k files); models.json says how each was trained.
"""
import json
import math
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# name, data, flags, the optimizer and the schedule with all their numbers
MODELS = [
    ("adam", "cars.csv", ["--net", "6 tanh"], "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("adam-all-numbers", "cars.csv", ["--net", "5 sigmoid, 4 elu 0.5", "--rate", "0.02", "--set", "optimizer.beta1=0.8", "--set", "optimizer.beta2=0.95",
     "--set", "optimizer.epsilon=1e-6", "--set", "optimizer.weight_decay=0.1", "--schedule", "cosine"],
     "adam rate 0.02 beta1 0.8 beta2 0.95 epsilon 1e-06 weight_decay 0.1", "cosine warm_up 0 final 0"),
    ("adamw-bf16", "cars.csv", ["--net", "8 gelu", "--optimizer", "adamw", "--precision", "bf16", "--schedule", "cosine 0.25"],
     "adamw rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0.01", "cosine warm_up 0.25 final 0"),
    ("sgd-nesterov-f64", "cars.csv", ["--net", "4 leaky_relu 0.2, dropout 0.1, 3 prelu", "--optimizer", "sgd", "--rate", "0.05", "--set", "optimizer.momentum=0.9",
     "--set", "optimizer.nesterov=true", "--set", "optimizer.weight_decay=0.001", "--precision", "f64", "--schedule", "constant", "--loss", "mae"],
     "sgd rate 0.05 momentum 0.9 dampening 0 weight_decay 0.001 nesterov true", "constant"),
    ("sgd-momentum", "cars.csv", ["--net", "6 softplus", "--optimizer", "sgd", "--set", "optimizer.momentum=0.5", "--loss", "huber 0.5", "--init", "he-normal"],
     "sgd rate 0.1 momentum 0.5 dampening 0 weight_decay 0 nesterov false", "cosine warm_up 0.05 final 0"),
    ("sgd-plain", "cars.csv", ["--net", "6 silu", "--optimizer", "sgd", "--rate", "0.01", "--loss", "half_squared", "--init", "xavier-uniform", "--valid", "0"],
     "sgd rate 0.01 momentum 0 dampening 0 weight_decay 0 nesterov false", "cosine warm_up 0.05 final 0"),
    ("gradient-descent", "cars.csv", ["--net", "", "--optimizer", "gradient_descent", "--rate", "0.0078125", "--batch", "all", "--loss", "half_squared_sum",
     "--init", "zeros", "--steps", "4"], "gradient_descent rate 0.0078125", "cosine warm_up 0.05 final 0"),
    ("untrained", "cars.csv", ["--net", "3 nobias gelu_tanh, 2 selu", "--epochs", "0", "--init", "normal 0.25", "--seed", "18446744073709551615"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("columns", "cars.csv", ["--net", "5 relu", "--ignore", "fuel", "--categorical", "doors", "--target", "age", "--init", "uniform 0.3"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("classes", "flowers.csv", ["--net", "6 relu, 5 tanh"], "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("classes-squared", "flowers.csv", ["--net", "4 relu softmax", "--loss", "mse", "--init", "torch-linear"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("classes-logits", "flowers.csv", ["--net", "4 relu", "--loss", "binary_cross_entropy_with_logits", "--precision", "f64", "--init", "xavier-normal"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("class-numbers", "cars.csv", ["--net", "4 step, 3 relu", "--target", "doors", "--task", "classification", "--init", "he-uniform"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("images", "images", ["--net", "12 relu"], "adam rate 0.001 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("images-conv", "images", ["--net", "conv 2 3x3 pad 1 relu, maxpool 2, conv 4 3 stride 2 pad 1 groups 2 nobias tanh, avgpool 2 stride 1, flatten, 6 relu", "--batch", "5"],
     "adam rate 0.001 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("images-conv1d-f64", "images", ["--net", "view 8x8, conv1d 4 3 dilation 2 pad 2 relu, maxpool1d 2, avgpool1d 2, 5 relu, dropout 0.3", "--precision", "f64"],
     "adam rate 0.001 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("images-residual", "images", ["--net", "conv 4 3x3 pad 1 nobias, batch_norm relu as stem, repeat 2 (residual(conv 4 3x3 pad 1 nobias, batch_norm momentum 0.2 relu, conv 4 3x3 pad 1) relu), "
     "add stem, residual(conv 8 3x3 stride 2 pad 1 silu, group_norm 4, conv 8 3x3 pad 1 | conv 8 1x1 stride 2 nobias) mish, avgpool 2, layer_norm axes 0"],
     "adam rate 0.001 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("named-nodes-f64", "cars.csv", ["--net", "8 hardtanh -2 2 as a, (6 relu6, 8) celu 0.5 as b, add a, 8 softsign as c, again c, concat b, "
     "parallel(4 glu | 3 mish | ), rms_norm, 7 as d, tied d transposed nobias, 5 prelu 0.1, dropout 0.1", "--precision", "f64", "--loss", "huber 0.5"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("several-classes-f64", "cars.csv", ["--target", "price,fuel,age", "--categorical", "doors", "--inputs", "size=doors",
     "--net", "input size, embedding 4 3, flatten as size, input features, 6 tanh, concat size, 7 tanh as fuel, 5 gelu as price, 4 relu", "--precision", "f64"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
    ("input-classes", "flowers.csv", ["--inputs", "wide=width", "--net", "input wide, 4 tanh as wide, input features, 3 tanh, concat wide"],
     "adam rate 0.003 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0", "cosine warm_up 0.05 final 0"),
]


def wave(i, step):
    """Numbers in (-1, 1) that look like noise."""
    return math.sin(12.9898 * i + 78.233 * step)


def write_cars():
    lines = ["kilometres,fuel,age,doors,price"]
    for i in range(30):
        age = 1 + i % 9
        kilometres = round(age * 11000 + 4000 * wave(i, 1))
        fuel = ["gasoline", "diesel", "gas, liquid"][i % 3]
        text = f'"{fuel}"' if "," in fuel else fuel
        lines.append(f"{kilometres},{text},{age},{[2, 4, 5][(i * 7) % 3]},{round(24000 - 1500 * age - 0.02 * kilometres + 700 * wave(i, 2))}")
    (HERE / "cars.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_flowers():
    lines = ["length,width,kind"]
    for i in range(36):
        kind = i % 3
        lines.append(f"{4 + 1.5 * kind + 0.6 * wave(i, 3):.2f},{1 + 0.8 * kind + 0.4 * wave(i, 4):.2f},{['alba', 'rubra', 'été'][kind]}")
    (HERE / "flowers.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_images():
    """8 x 8 images of horizontal, vertical and diagonal stripes."""
    folder = HERE / "images"
    folder.mkdir(exist_ok=True)
    for name, count, first in (("train", 24, 0), ("t10k", 9, 100)):
        pixels, labels = bytearray(), bytearray()
        for i in range(count):
            label = i % 3
            labels.append(label)
            for y in range(8):
                for x in range(8):
                    stripe = [y, x, x + y][label] // 2 % 2
                    pixels.append(min(255, max(0, round(60 + 130 * stripe + 50 * wave(first + i, 8 * y + x)))))
        (folder / f"{name}-images-idx3-ubyte").write_bytes(struct.pack(">HBBIII", 0, 8, 3, count, 8, 8) + pixels)
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(struct.pack(">HBBI", 0, 8, 1, count) + labels)


def main():
    gradus, names = Path(sys.argv[1]).resolve(), sys.argv[2:]
    write_cars()
    write_flowers()
    write_images()
    index = json.loads((HERE / "models.json").read_text(encoding="utf-8"))
    for name, data, flags, optimizer, schedule in MODELS:
        if name not in names:
            continue
        length = [] if "--epochs" in flags or "--steps" in flags else ["--epochs", "3"]
        model = f"{name}.gradus"
        subprocess.run([gradus, "train", data, *flags, *length, "-o", model], cwd=HERE, check=True, capture_output=True)
        classes = ["--probabilities"] if "classes" in name or "class-" in name or data == "images" else []
        done = subprocess.run([gradus, "predict", model, data, "--json", *classes], cwd=HERE, check=True, capture_output=True)
        document = json.loads(done.stdout)
        blocks = [[row["probabilities"] if isinstance(row, dict) else [row] for row in target["predictions"]] for target in document.get("targets", [document])]
        numbers = [sum(row, []) for row in zip(*blocks)]
        (HERE / f"{name}.json").write_text(json.dumps(numbers).replace("], [", "],\n [") + "\n", encoding="utf-8")
        index.append({"name": name, "data": data, "flags": flags, "optimizer": optimizer, "schedule": schedule})
    (HERE / "models.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


main()

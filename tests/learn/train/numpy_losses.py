#!/usr/bin/env python3
"""Writes numpy_losses.inl: the losses of 200 steps of a tanh network, backpropagated by hand in NumPy, in f64.

8-16-16-3, tanh, softmax cross-entropy, 64 rows. Weights and rows are sines, so that nothing has to be stored.
usage: numpy_losses.py > numpy_losses.inl     (written with NumPy 2.4.6)
"""
import numpy as np

SIZES = [8, 16, 16, 3]
ROWS, STEPS = 64, 200


def sines(count, frequency, scale):
    return scale * np.sin(frequency * np.arange(1, count + 1, dtype=np.float64))


def weights():
    out = []
    for layer in range(3):
        rows, columns = SIZES[layer + 1], SIZES[layer]
        out.append(sines(rows * columns, 0.7 + layer, 0.6).reshape(rows, columns))
        out.append(sines(rows, 1.3 + layer, 0.1))
    return out


def data():
    x = sines(ROWS * SIZES[0], 0.37, 1.0).reshape(ROWS, SIZES[0])
    return x, np.arange(ROWS) * 7 % 3


def loss_and_gradients(w, x, y):
    activations = [x]
    for layer in range(3):
        z = activations[-1] @ w[2 * layer].T + w[2 * layer + 1]
        activations.append(np.tanh(z) if layer < 2 else z)
    z = activations.pop()
    z = z - z.max(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    n = len(x)
    loss = -log_p[np.arange(n), y].mean()
    d = np.exp(log_p)
    d[np.arange(n), y] -= 1
    d /= n
    gradients = [None] * 6
    for layer in (2, 1, 0):
        gradients[2 * layer] = d.T @ activations[layer]
        gradients[2 * layer + 1] = d.sum(0)
        if layer:
            d = (d @ w[2 * layer]) * (1 - activations[layer] ** 2)
    return loss, gradients


def run(update, batch):
    w, (x, y) = weights(), data()
    losses, state = [], [None] * 6
    for step in range(STEPS):
        rows = (np.arange(batch) + step * batch) % ROWS
        loss, gradients = loss_and_gradients(w, x[rows], y[rows])
        losses.append(loss)
        for i in range(6):
            w[i], state[i] = update(w[i], gradients[i], state[i], step + 1)
    return losses


def momentum(w, g, b, t):
    b = g if b is None else 0.9 * b + g
    return w - 0.05 * b, b


def adam(w, g, state, t):
    m, v = state or (0.0, 0.0)
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return w - 1e-3 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), (m, v)


def print_losses(name, losses):
    print(f"const std::vector<double> {name} = {{" + ", ".join(repr(float(x)) for x in losses) + "};")


print("// Written by numpy_losses.py with NumPy", np.__version__)
print_losses("momentum_in_batches_of_16", run(momentum, 16))
print_losses("adam_in_batches_of_16", run(adam, 16))
print_losses("momentum_in_one_batch", run(momentum, 64))

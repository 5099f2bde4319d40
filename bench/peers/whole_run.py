"""Fashion-MNIST as a user's script would do it: 784-128-10, Adam 1e-3, batch 64, 10 epochs, the model saved at the end.
usage: whole_run.py jax|torch FOLDER FILE     prints the accuracy on the test images"""
import gzip
import sys

import numpy as np

EPOCHS, BATCH = 10, 64


def read_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    sizes = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)


def read(folder, part):
    images = read_idx(f"{folder}/{part}-images-idx3-ubyte.gz").reshape(-1, 784).astype(np.float32) / 255
    return images, read_idx(f"{folder}/{part}-labels-idx1-ubyte.gz").astype(np.int64)


def with_torch(x, y, x_test):
    import torch
    from torch import nn

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer, loss = torch.optim.Adam(net.parameters(), 1e-3, fused=True), nn.CrossEntropyLoss()
    x, y = torch.tensor(x), torch.tensor(y)
    for _ in range(EPOCHS):
        order = torch.randperm(len(x))
        for rows in order.split(BATCH):
            optimizer.zero_grad()
            loss(net(x[rows]), y[rows]).backward()
            optimizer.step()
    with torch.no_grad():
        logits = net(torch.tensor(x_test)).numpy()
    return logits, {name: value.numpy() for name, value in net.state_dict().items()}


def with_jax(x, y, x_test):
    import jax
    import jax.numpy as jnp

    random, tree = np.random.default_rng(0), jax.tree.map
    start = {"w1": random.normal(size=(784, 128)) / 28, "b1": np.zeros(128),
             "w2": random.normal(size=(128, 10)) / np.sqrt(128), "b2": np.zeros(10)}
    p = {name: jnp.asarray(value, jnp.float32) for name, value in start.items()}

    def net(p, x):
        return jax.nn.relu(x @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"]

    def loss(p, x, y):
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(net(p, x)), y[:, None], 1))

    x, y = jnp.asarray(x), jnp.asarray(y)

    def step(carry, rows):
        p, m, v, t = carry
        l, g = jax.value_and_grad(loss)(p, x[rows], y[rows])
        t = t + 1
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return (tree(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), p, m, v), m, v, t), l

    epoch = jax.jit(lambda carry, order: jax.lax.scan(step, carry, order))
    zeros = tree(jnp.zeros_like, p)
    carry = (p, zeros, zeros, jnp.float32(0))
    whole = len(x) // BATCH * BATCH  # scan wants batches of one size: it leaves out the last rows of an epoch
    for _ in range(EPOCHS):
        carry, _ = epoch(carry, jnp.asarray(random.permutation(len(x))[:whole].reshape(-1, BATCH)))
    return np.asarray(net(carry[0], jnp.asarray(x_test))), {name: np.asarray(value) for name, value in carry[0].items()}


library, folder, file = sys.argv[1:]
x_test, y_test = read(folder, "t10k")
logits, parameters = {"torch": with_torch, "jax": with_jax}[library](*read(folder, "train"), x_test)
np.savez(file, **parameters)
print(f"accuracy {(logits.argmax(1) == y_test).mean():.4f}")

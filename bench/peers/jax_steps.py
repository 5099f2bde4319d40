"""JAX (jit) as a contender of bench/compare. usage: jax_steps.py CASE THREADS     its threads: the cores it may run on"""
import sys

import jax
import jax.numpy as jnp

from serving import read_case, refuse, serve


def layer_of(words):
    """The function of (parameters, x) of a layer, and how many parameters it has. Images are [rows, height, width, channels]."""
    if words[0].isdigit():
        return lambda p, x: x @ p[0] + p[1], 2
    if words[0] == "conv" and not {"stride", "nobias"} & set(words):
        pad = int(words[words.index("pad") + 1]) if "pad" in words else 0
        return lambda p, x: jax.lax.conv_general_dilated(
            x, p[0], (1, 1), [(pad, pad)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC")) + p[1], 2
    if words[0] == "maxpool":
        n = int(words[1].split("x")[0])
        return lambda p, x: jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, n, n, 1), (1, n, n, 1), "VALID"), 0
    if words[0] == "flatten":  # as the others do, channels first
        return lambda p, x: x.transpose(0, 3, 1, 2).reshape(len(x), -1), 0
    simple = {"relu": lambda p, x: jax.nn.relu(x), "tanh": lambda p, x: jnp.tanh(x)}
    if words[0] not in simple:
        refuse(f"no such layer here: {' '.join(words)}")
    return simple[words[0]], 0


def network(case):
    """Parameters, weights [in, out], and the function of (parameters, x)."""
    layers = [layer_of(text.split()) for text in case.layers]
    turned = {2: (1, 0), 4: (2, 3, 1, 0), 1: (0,)}
    parameters = [jnp.asarray(value.transpose(turned[value.ndim]).copy()) for value in case.arrays.values()]

    def forward(parameters, x):
        if x.ndim == 4:
            x = x.transpose(0, 2, 3, 1)
        at = 0
        for layer, count in layers:
            x = layer(parameters[at : at + count], x)
            at += count
        return x

    return parameters, forward


def cross_entropy(z, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1))


LOSSES = {
    "mse": lambda z, y: jnp.mean((z - y) ** 2),
    "logistic": lambda z, y: jnp.mean(jax.nn.softplus(z) - z * y),
    "cross_entropy": cross_entropy,
}


def updater(case):
    """State at the beginning, and the function of (parameters, state, gradients)."""
    tree, rate = jax.tree.map, case.rate
    if case.optimizer == "gradient_descent":
        return lambda p: (), lambda p, s, g: (tree(lambda p, g: p - rate * g, p, g), s)
    if case.optimizer == "momentum":
        def momentum(p, s, g):
            s = tree(lambda s, g: 0.9 * s + g, s, g)
            return tree(lambda p, s: p - rate * s, p, s), s
        return lambda p: tree(jnp.zeros_like, p), momentum

    def adam(p, s, g):
        m, v, t = s
        t = t + 1
        m = tree(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = tree(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        root = jnp.sqrt(1 - 0.999**t)
        r, e = rate * root / (1 - 0.9**t), 1e-8 * root
        return tree(lambda p, m, v: p - r * m / (jnp.sqrt(v) + e), p, m, v), (m, v, t)
    return lambda p: (tree(jnp.zeros_like, p), tree(jnp.zeros_like, p), jnp.float32(0)), adam


class Peer:
    def __init__(self, case):
        self.trains = case.optimizer != "none"
        self.start, forward = network(case)
        self.parameters, x = self.start, jnp.asarray(case.features)
        if not self.trains:
            function = jax.jit(forward)
            self.step = self.predict = lambda: function(self.parameters, x)
            return
        y = jnp.asarray(case.target)
        self.zeros, update = updater(case)
        loss_of = lambda p, x, y: LOSSES[case.loss](forward(p, x), y)

        def whole(p, s, x, y):
            loss, gradients = jax.value_and_grad(loss_of)(p, x, y)
            return (*update(p, s, gradients), loss)

        function = jax.jit(whole, donate_argnums=(0, 1))

        def step():
            self.parameters, self.state, loss = function(self.parameters, self.state, x, y)
            loss.block_until_ready()
            return loss

        self.step = step

    def restart(self):
        if self.trains:
            self.parameters = jax.tree.map(lambda p: p.copy(), self.start)
            self.state = self.zeros(self.start)

    def wait(self, out):
        out.block_until_ready()

    def loss(self, out):
        return out


case = read_case(sys.argv[1])
serve(f"JAX {jax.__version__}", Peer(case), case.restart)

"""Writes oracle.txt: values and gradients of every op by PyTorch in f64, as graphs whose outputs are what to expect.

usage: python oracle.py > oracle.txt        (PyTorch 2.15 wrote the file in use)
Each block is a graph in gradus' text form: constants, one op, then constants that hold the expected numbers.
Cases of special numbers (inf, nan, overflow) compare values only; kinks and ties compare gradients too.
"""
import math

import torch
import torch.nn.functional as F

D = torch.float64
NAMES = {torch.float64: "f64", torch.float32: "f32", torch.int64: "i64", torch.int32: "i32", torch.uint8: "u8", torch.bool: "u8"}


def number(x):
    if isinstance(x, float):
        return "nan" if math.isnan(x) else repr(x).removesuffix(".0")
    return str(int(x))


def type_of(t):
    return NAMES[t.dtype] + "[" + ",".join(map(str, t.shape)) + "]"


def constant(t):
    return "constant {value=%s(%s)} : %s" % (type_of(t), " ".join(number(x) for x in t.reshape(-1).tolist()), type_of(t))


def case(op, inputs, f, attrs="", gradient=True):
    xs = [x.clone().requires_grad_(gradient and x.is_floating_point()) for x in inputs]
    y = f(*xs)
    lines = ["%%%d = %s" % (i, constant(x.detach())) for i, x in enumerate(xs)]
    n = len(lines)
    outputs = []

    def add(name, text):
        outputs.append('output %%%d "%s"' % (len(lines), name))
        lines.append("%%%d = %s" % (len(lines), text))

    add("y", op + "".join(" %%%d" % i for i in range(n)) + (" {%s}" % attrs if attrs else "") + " : " + type_of(y))
    add("expected y", constant(y.detach()))
    wanted = [i for i in range(n) if xs[i].requires_grad]
    if wanted and y.is_floating_point():
        dy = torch.tensor([math.cos(1.0 + i) for i in range(y.numel())], dtype=D).reshape(y.shape).to(y.dtype)
        add("dy", constant(dy))
        grads = torch.autograd.grad(y, [xs[i] for i in wanted], dy, allow_unused=True) if y.requires_grad else [None] * len(wanted)
        for i, g in zip(wanted, grads):
            add("gradient %d" % i, constant(torch.zeros_like(xs[i]) if g is None else g))
    print("\n".join(lines + outputs) + "\n")


def t(*x, dtype=D):
    return torch.tensor(x, dtype=dtype)


inf, nan = math.inf, math.nan
plain = t(-2.5, -1.0, -0.3, 0.7, 1.4, 3.1)
positive = t(0.05, 0.4, 1.0, 1.7, 3.0, 120.0)
zero = t(0.0)
special = t(0.0, -0.0, inf, -inf, nan, 1000.0, -1000.0, 1e-10, -1e-10, 40.0, -40.0)
grid = torch.tensor([[1.5, -0.5, 2.0], [0.25, 3.0, -1.0]], dtype=D)
cube = torch.tensor([math.sin(3.0 * i) * 2 for i in range(24)], dtype=D).reshape(2, 3, 4)


def unary(op, f, x=plain, at_zero=True, special=special):
    case(op, [x], f)
    if at_zero:
        case(op, [zero], f)
    if special is not None:
        case(op, [special], f, gradient=False)


def binary(op, f, a=plain, b=t(1.2, -0.7, -0.3, 2.5, 0.4, -3.0), special=True):
    case(op, [a, b], f)
    case(op, [grid, t(0.5, 1.5, 2.5)], f)              # broadcast over rows
    case(op, [grid[:, :1].abs(), t(2.0)[0]], f)        # and over everything
    if special:
        case(op, [t(0.0, -0.0, inf, -inf, nan, 1.0, inf, 2.0), t(0.0, -0.0, inf, inf, 1.0, nan, -inf, 0.0)], f, gradient=False)


binary("add", torch.add)
binary("subtract", torch.sub)
binary("multiply", torch.mul)
binary("divide", torch.div)
binary("minimum", torch.minimum)
binary("maximum", torch.maximum)
case("minimum", [t(1.0, 2.0, -0.5), t(1.0, 3.0, -0.5)], torch.minimum)  # ties
case("maximum", [t(1.0, 2.0, -0.5), t(1.0, 3.0, -0.5)], torch.maximum)
case("power", [positive, plain], torch.pow)
case("power", [plain, t(2.0)], torch.pow)
case("power", [plain, t(3.0)[0]], torch.pow, gradient=False)
case("power", [t(0.0, 0.0, 0.0), t(2.0, 1.0, 3.0)], torch.pow)
case("power", [t(0.0, 2.0, -1.0, inf, nan, 0.0, 1.0, -8.0, nan, 10.0), t(0.0, inf, 0.5, -1.0, 0.0, -2.0, nan, 3.0, 1.0, 400.0)],
     torch.pow, gradient=False)
unary("negate", torch.neg)
unary("square", torch.square)
unary("sqrt", torch.sqrt, positive, at_zero=False)
unary("abs", torch.abs)
case("clamp", [t(-3.0, 0.2, 4.0, 0.0), t(-1.0, -1.0, -2.0, -2.0), t(1.0, 1.0, 2.0, 2.0)], torch.clamp)
case("clamp", [special, t(-1.0), t(1.0)], torch.clamp, gradient=False)
unary("exp", torch.exp)
unary("expm1", torch.expm1)
unary("log", torch.log, positive, at_zero=False)
unary("log1p", torch.log1p, positive)
unary("sin", torch.sin, special=t(0.0, -0.0, inf, nan, 1e6, -1e6))
unary("cos", torch.cos, special=t(0.0, -0.0, inf, nan, 1e6, -1e6))
unary("erf", torch.erf)
unary("sign", torch.sign, special=t(0.0, inf, -inf, 1e-300))
unary("floor", torch.floor)
unary("round", torch.round)
case("round", [t(0.5, 1.5, 2.5, -0.5, -1.5, 0.49999999999999994)], torch.round)
case("stop_gradient", [plain], torch.Tensor.detach)
unary("sigmoid", torch.sigmoid)
unary("tanh", torch.tanh)
unary("step", lambda x: torch.heaviside(x.detach(), t(0.0)), special=t(0.0, -0.0, inf, -inf, 1e-300, -1e-300))
unary("relu", F.relu)
for slope in (0.01, 0.3):
    leaky = lambda x, a: F.prelu(x.reshape(1, 1, -1), a.reshape(1)).reshape(-1)
    case("leaky_relu", [plain, t(slope)], leaky)
    case("leaky_relu", [zero, t(slope)], leaky)
    case("leaky_relu", [special, t(slope)], leaky, gradient=False)
elu = lambda x, a: torch.where(x > 0, x, a * torch.expm1(torch.clamp(x, max=0.0)))
case("elu", [plain, t(1.3)], elu)
case("elu", [plain, t(1.0)], lambda x, a: F.elu(x, 1.0), gradient=False)
case("elu", [t(0.0, 800.0), t(1.3)], lambda x, a: F.elu(x, 1.3), gradient=False)
unary("selu", F.selu)
unary("gelu", F.gelu, special=t(0.0, inf, nan, 1000.0, -1000.0, 1e-10))
unary("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), special=t(0.0, inf, nan, 1000.0, -1000.0, 1e-10))
unary("silu", F.silu)
unary("softplus", lambda x: F.softplus(x, threshold=60))

for op, f in [("equal", torch.eq), ("not_equal", torch.ne), ("less", torch.lt), ("less_equal", torch.le),
              ("greater", torch.gt), ("greater_equal", torch.ge)]:
    binary(op, f)
    case(op, [t(-3, 5, 2, dtype=torch.int64), t(2, 5, -7, dtype=torch.int64)], f)
truth = [t(0, 0, 1, 1, 7, dtype=torch.uint8), t(0, 1, 0, 1, 2, dtype=torch.uint8)]
case("logical_and", truth, torch.logical_and)
case("logical_or", truth, torch.logical_or)
case("logical_not", truth[:1], torch.logical_not)
case("where", [t(1, 0, 1, dtype=torch.uint8), t(1.0, 2.0, 3.0), t(4.0, 5.0, 6.0)], lambda c, a, b: torch.where(c.bool(), a, b))
case("where", [t(1, 0, dtype=torch.uint8), t(inf, nan), t(nan, 2.0)], lambda c, a, b: torch.where(c.bool(), a, b), gradient=False)

case("matmul", [grid, cube[0]], torch.matmul)
case("matmul", [cube, cube.transpose(1, 2).contiguous()], torch.matmul)
case("matmul", [cube, grid.reshape(1, 2, 3)[0, 0].reshape(3, 1).repeat(2, 1)[:4]], torch.matmul)


def numbers(*shape):
    return torch.cos(1.7 * torch.arange(math.prod(shape), dtype=D) + len(shape)).reshape(shape)


# Batches of matrices: as many on both sides, one for all on either side, axes of size 1 that broadcast.
for a, b in [((2, 2, 3, 4), (2, 2, 4, 2)), ((2, 3, 4), (4, 2)), ((3, 4), (2, 4, 2)), ((2, 1, 3, 2), (1, 3, 2, 2)), ((2, 2, 3, 2), (2, 2, 2))]:
    case("matmul", [numbers(*a), numbers(*b)], torch.matmul)
case("outer_sum", [numbers(5, 3), numbers(5, 2)], lambda a, b: a.T @ b)
case("outer_sum", [numbers(2, 3, 4), numbers(2, 3, 2)], lambda a, b: torch.einsum("brk,brm->km", a, b))
case("outer_sum", [numbers(2, 2, 3, 2), numbers(2, 2, 3, 4)], lambda a, b: torch.einsum("abrk,abrm->km", a, b))

for axes, keep in [((1,), 0), ((0, 2), 1), ((0, 1, 2), 0)]:
    attrs = "axes=[%s], keep=%d" % (",".join(map(str, axes)), keep)
    ties = torch.round(cube)
    for op, f in [("sum", torch.sum), ("mean", torch.mean), ("max", torch.amax), ("min", torch.amin), ("logsumexp", torch.logsumexp)]:
        case(op, [cube], lambda x: f(x, axes, bool(keep)), attrs)
        case(op, [ties], lambda x: f(x, axes, bool(keep)), attrs)
rows = torch.tensor([[1000.0, 999.0, -inf], [-inf, -inf, -inf], [inf, 0.0, 1.0], [nan, 1.0, 2.0], [-1000.0, -1001.0, -1000.0]], dtype=D)
for op, f in [("sum", torch.sum), ("mean", torch.mean), ("max", torch.amax), ("min", torch.amin), ("logsumexp", torch.logsumexp)]:
    case(op, [rows], lambda x: f(x, (1,)), "axes=[1], keep=0", gradient=False)
case("sum", [t(3, -4, 5, dtype=torch.int64)], torch.sum, "axes=[0], keep=0")
case("sum", [torch.zeros(2, 0, dtype=D)], lambda x: torch.sum(x, 1), "axes=[1], keep=0", gradient=False)
case("logsumexp", [torch.zeros(2, 0, dtype=D)], lambda x: torch.logsumexp(x, 1), "axes=[1], keep=0", gradient=False)
case("argmax", [cube], lambda x: torch.argmax(x, 1), "axis=1")
case("argmax", [t(1.0, 3.0, 3.0, 2.0)], lambda x: torch.tensor(1), "axis=0")  # the first of ties
case("argmax", [rows], lambda x: torch.argmax(x, 0), "axis=0")
for axis in (0, 1, 2):
    case("softmax", [cube], lambda x: torch.softmax(x, axis), "axis=%d" % axis)
    case("log_softmax", [cube], lambda x: torch.log_softmax(x, axis), "axis=%d" % axis)
large = torch.tensor([[1000.0, 999.0, -1000.0], [-1e5, -1e5, -1e5]], dtype=D)
case("softmax", [large], lambda x: torch.softmax(x, 1), "axis=1")
case("log_softmax", [large], lambda x: torch.log_softmax(x, 1), "axis=1")
case("softmax", [rows], lambda x: torch.softmax(x, 1), "axis=1", gradient=False)

case("transpose", [cube], lambda x: x.permute(2, 0, 1).contiguous(), "order=[2,0,1]")
for order in [(0, 2, 1, 3), (2, 0, 3, 1), (3, 2, 1, 0)]:
    case("transpose", [numbers(2, 3, 2, 2)], lambda x: x.permute(order).contiguous(), "order=[%s]" % ",".join(map(str, order)))
case("reshape", [cube], lambda x: x.reshape(4, 6), "shape=[4,6]")
case("broadcast", [grid.reshape(2, 1, 3)], lambda x: x.expand(2, 2, 4, 3).contiguous(), "shape=[2,2,4,3]")
case("slice", [cube], lambda x: x[:, 1:3, 0:4:2].contiguous(), "start=[0,1,0], step=[1,1,2], stop=[2,3,4]")


def unslice(x):
    out = torch.zeros(4, 7, dtype=D)
    out[1:3, 0:6:2] = x
    return out


case("unslice", [grid], unslice, "shape=[4,7], start=[1,0], step=[1,2], stop=[3,6]")
case("concatenate", [grid, grid[:, :1], grid * 2], lambda *x: torch.cat(x, 1), "axis=1")
case("cast", [grid], lambda x: x.to(torch.float32), "dtype=f32")
case("cast", [t(-2.7, -0.5, 0.5, 2.7)], lambda x: x.to(torch.int64), "dtype=i64")
case("cast", [t(3, 0, 255, dtype=torch.uint8)], lambda x: x.to(D), "dtype=f64")

case("gather", [cube, t(2, 0, 2, 1, dtype=torch.int64)], lambda x, i: x[:, i], "axis=1")
case("gather", [grid, torch.tensor([[1, 0], [0, 0]])], lambda x, i: x[i], "axis=0")
case("scatter_add", [cube, t(4, 0, 4, dtype=torch.int64)], lambda x, i: torch.zeros(2, 5, 4, dtype=D).index_add(1, i, x), "axis=1, size=5")
case("one_hot", [torch.tensor([[2, 0, 1], [1, 1, 0]])], lambda i: F.one_hot(i, 4).to(D), "dtype=f64, size=4")
case("iota", [], lambda: torch.arange(3).reshape(3, 1).expand(3, 2).contiguous(), "axis=0, type=i64[3,2]")


def image(*shape, step=1.0):
    return torch.tensor([math.sin(step * (i + 1)) * 2 for i in range(math.prod(shape))], dtype=D).reshape(shape)


def list_of(x):
    return "[" + ",".join(map(str, x)) + "]"


for x, w, stride, padding, dilation, groups in [
    ((2, 2, 5, 6), (3, 2, 3, 2), (1, 1), (0, 0), (1, 1), 1),
    ((1, 1, 8, 8), (2, 1, 5, 5), (1, 1), (2, 2), (1, 1), 1),
    ((2, 4, 7, 6), (6, 2, 3, 3), (2, 1), (1, 2), (2, 1), 2),
    ((1, 3, 4, 4), (3, 1, 2, 2), (3, 2), (1, 0), (1, 1), 3),
    ((2, 3, 9), (4, 3, 3), (2,), (3,), (2,), 1),
]:
    f = F.conv2d if len(x) == 4 else F.conv1d
    convolve = lambda x, w: f(x, w, None, stride, padding, dilation, groups)
    X, W = image(*x), image(*w, step=0.7)
    Y = convolve(X, W)
    DY = image(*Y.shape, step=1.3)
    common = "dilation=%s, groups=%d, " % (list_of(dilation), groups)
    rest = "padding=%s, stride=%s" % (list_of(padding), list_of(stride))
    case("conv", [X, W], convolve, common + rest)
    zero_x = torch.zeros(x, dtype=D, requires_grad=True)
    zero_w = torch.zeros(w, dtype=D, requires_grad=True)
    case("conv_input_grad", [DY, W], lambda dy, w: torch.autograd.grad(convolve(zero_x, w), zero_x, dy, create_graph=True)[0],
         common + "padding=%s, size=%s, stride=%s" % (list_of(padding), list_of(x[2:]), list_of(stride)))
    case("conv_weight_grad", [X, DY], lambda x, dy: torch.autograd.grad(convolve(x, zero_w), zero_w, dy, create_graph=True)[0],
         common + "kernel=%s, " % list_of(w[2:]) + rest)

for x, kernel, stride, padding in [
    ((2, 2, 4, 6), (2, 2), (2, 2), (0, 0)),
    ((1, 2, 5, 7), (3, 2), (1, 2), (1, 1)),
    ((2, 3, 8), (3,), (2,), (1,)),
]:
    rest = "kernel=%s, padding=%s, stride=%s" % (list_of(kernel), list_of(padding), list_of(stride))
    largest = F.max_pool2d if len(x) == 4 else F.max_pool1d
    mean = F.avg_pool2d if len(x) == 4 else F.avg_pool1d
    for X in (image(*x), torch.round(image(*x))):  # the second has ties
        pool = lambda x: largest(x, kernel, stride, padding)
        case("max_pool", [X], pool, rest)
        DY = image(*pool(X).shape, step=1.3)

        def scatter(x, dy):
            x = x.detach().requires_grad_(True)
            return torch.autograd.grad(pool(x), x, dy, create_graph=True)[0]

        def select(x, v):
            places = F.max_pool2d if len(x.shape) == 4 else F.max_pool1d
            chosen = places(x.detach(), kernel, stride, padding, return_indices=True)[1]
            return torch.gather(v.flatten(2), 2, chosen.flatten(2)).reshape(chosen.shape)

        case("max_pool_scatter", [X, DY], scatter, rest)
        case("max_pool_select", [X, image(*x, step=0.7)], select, rest)
    average = lambda x: mean(x, kernel, stride, padding)
    X = image(*x)
    case("avg_pool", [X], average, rest)
    zero_x = torch.zeros(x, dtype=D, requires_grad=True)
    case("avg_pool_grad", [image(*average(X).shape, step=1.3)], lambda dy: torch.autograd.grad(average(zero_x), zero_x, dy, create_graph=True)[0],
         rest.replace(", stride", ", size=%s, stride" % list_of(x[2:])))
holes = torch.tensor([1.0, nan, 3.0, nan, -inf, -inf, 2.0, inf], dtype=D).reshape(1, 1, 8)
case("max_pool", [holes], lambda x: F.max_pool1d(x, 2), "kernel=[2], padding=[0], stride=[2]", gradient=False)

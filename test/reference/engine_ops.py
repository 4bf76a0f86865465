"""PyTorch's forward values and gradients of the engine's ops, on odd sizes, sizes of 1 and broadcasting.

Each case is one op of our graph: its ONNX name, attributes and inputs, PyTorch's outputs, a random dL/dy for each
output that is a float, and PyTorch's gradients for each float input.

Pinned: Python 3.11, torch 2.5.1.
Run from the repository's root: python test/reference/engine_ops.py
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(1)
cases = []


def flat(t):
    t = t.detach()
    if t.dtype == torch.bool:
        t = t.int()
    values = t.reshape(-1).tolist()
    return {"shape": list(t.shape), "data": [float(f"{v:.9g}") if t.is_floating_point() else v for v in values],
            "dtype": "float32" if t.is_floating_point() else "int64"}


def rand(*shape):
    return torch.randn(*shape)


def positive(*shape):
    return torch.rand(*shape) + 0.2


def case(name, op, fn, inputs, differentiable=True, seeded=0, **attributes):
    """`inputs` holds None for one that is left out; `fn` gets the tensors that are there. dL/dy is of output `seeded`."""
    tensors = [None if x is None else x.clone().requires_grad_(x.is_floating_point() and differentiable) for x in inputs]
    outputs = fn(*[t for t in tensors if t is not None])
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    record = {"name": name, "op": op, "attributes": attributes,
              "inputs": [None if t is None else flat(t) for t in tensors],
              "outputs": [flat(o) for o in outputs]}
    if differentiable and outputs[seeded].is_floating_point():
        seed = torch.randn_like(outputs[seeded])
        outputs[seeded].backward(seed)
        record["seed"] = flat(seed)
        if seeded:
            record["seeded"] = seeded
        # The power of a negative number has no derivative by its exponent: PyTorch says NaN.
        record["gradients"] = [None if t is None or not t.is_floating_point() or t.grad is not None and t.grad.isnan().any()
                               else flat(t.grad if t.grad is not None else torch.zeros_like(t)) for t in tensors]
    cases.append(record)


# Products
case("bias of a row", "Gemm", lambda x, w, b: F.linear(x, w, b), [rand(7, 5), rand(3, 5), rand(3)], transB=1)
case("no bias", "Gemm", lambda x, w: F.linear(x, w), [rand(1, 5), rand(9, 5)], transB=1)
case("one of everything", "Gemm", lambda x, w, b: F.linear(x, w, b), [rand(1, 1), rand(1, 1), rand(1)], transB=1)
case("large enough for packing", "Gemm", lambda x, w, b: F.linear(x, w, b), [rand(33, 65), rand(37, 65), rand(37)], transB=1)
case("transposed A", "Gemm", lambda a, b: a.T @ b, [rand(4, 6), rand(4, 3)], transA=1)
case("both transposed, alpha, beta", "Gemm", lambda a, b, c: 0.5 * a.T @ b.T + 2 * c,
     [rand(4, 6), rand(3, 4), rand(6, 1)], transA=1, transB=1, alpha=0.5, beta=2.0)
case("bias of a scalar shape", "Gemm", lambda a, b, c: a @ b + c, [rand(4, 6), rand(6, 5), rand(1)])
case("matrices", "MatMul", torch.matmul, [rand(5, 7), rand(7, 3)])
case("batched", "MatMul", torch.matmul, [rand(2, 3, 5, 7), rand(2, 3, 7, 4)])
case("batch broadcast", "MatMul", torch.matmul, [rand(2, 1, 5, 7), rand(3, 7, 4)])
case("weight on the right", "MatMul", torch.matmul, [rand(2, 3, 7), rand(7, 4)])
case("vector right", "MatMul", torch.matmul, [rand(2, 5, 7), rand(7)])
case("vector left", "MatMul", torch.matmul, [rand(7), rand(2, 7, 4)])
case("vectors", "MatMul", torch.matmul, [rand(7), rand(7)])

# Arithmetic with broadcasting
for name, fn in [("Add", torch.add), ("Sub", torch.sub), ("Mul", torch.mul), ("Div", torch.div)]:
    case("same shape", name, fn, [rand(3, 5), rand(3, 5).abs() + 0.5])
    case("row", name, fn, [rand(3, 5), positive(5)])
    case("column", name, fn, [rand(3, 5), positive(3, 1)])
    case("both broadcast", name, fn, [rand(4, 1, 5), positive(3, 1)])
    case("channels", name, fn, [rand(2, 3, 4, 5), positive(3, 1, 1)])
    case("middle axis", name, fn, [rand(2, 3, 1, 5, 2), positive(3, 4, 1, 2)])
    case("scalar", name, fn, [rand(3, 5), torch.tensor(1.7)])
case("scalars", "Mul", torch.mul, [torch.tensor(0.3), torch.tensor(1.7)])
case("square", "Pow", torch.pow, [rand(3, 5), torch.tensor(2.0)])
case("cube of negative", "Pow", torch.pow, [rand(3, 5), torch.tensor(3.0)])
case("fractions", "Pow", torch.pow, [positive(3, 5), rand(3, 1)])

# Cell by cell
x = torch.cat([rand(30), torch.tensor([0.0, -0.5, 0.5, 3.0, -3.0, 6.5, -6.5])])
for name, fn, attributes in [
    ("Relu", F.relu, {}), ("Sigmoid", torch.sigmoid, {}), ("Tanh", torch.tanh, {}), ("Exp", torch.exp, {}),
    ("Neg", torch.neg, {}), ("Abs", torch.abs, {}), ("Identity", lambda x: x * 1, {}), ("Sin", torch.sin, {}),
    ("Cos", torch.cos, {}), ("Erf", torch.erf, {}), ("Softplus", F.softplus, {}), ("Softsign", F.softsign, {}),
    ("LeakyRelu", lambda x: F.leaky_relu(x, 0.1), {"alpha": 0.1}), ("Elu", lambda x: F.elu(x, 1.5), {"alpha": 1.5}),
    ("Selu", F.selu, {}), ("Celu", lambda x: F.celu(x, 1.5), {"alpha": 1.5}), ("Gelu", F.gelu, {}),
    ("Gelu", lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"}), ("Mish", F.mish, {}),
    ("HardSwish", F.hardswish, {}), ("HardSigmoid", F.hardsigmoid, {"alpha": 1 / 6, "beta": 0.5}),
    ("Clip", lambda x: torch.clamp(x, -0.5, 1.25), {"min": -0.5, "max": 1.25}), ("Clip", lambda x: torch.clamp(x, min=0.1), {"min": 0.1}),
]:
    case("odd length", name, fn, [x[:37]], **attributes)
for name, fn in [("Log", torch.log), ("Sqrt", torch.sqrt), ("Reciprocal", torch.reciprocal)]:
    case("positive", name, fn, [positive(3, 7)])
for name, fn in [("Floor", torch.floor), ("Ceil", torch.ceil), ("Sign", torch.sign), ("Round", torch.round)]:
    case("fractions", name, fn, [torch.cat([x, torch.tensor([1.5, 2.5, -1.5])])], differentiable=False)
case("per channel", "PRelu", F.prelu, [rand(2, 3), rand(3)])
case("per channel of images", "PRelu", lambda x, w: torch.where(x > 0, x, x * w), [rand(2, 3, 4, 5), rand(3, 1, 1)])
case("limits", "HardSigmoid", F.hardsigmoid, [torch.tensor([-3.5, -2.9, 0, 2.9, 3.5])], alpha=1 / 6, beta=0.5)

# Reductions
for name, fn in [
    ("ReduceSum", lambda x, d, k: x.sum(d, keepdim=k)), ("ReduceMean", lambda x, d, k: x.mean(d, keepdim=k)),
    ("ReduceMax", lambda x, d, k: x.amax(d, keepdim=k)), ("ReduceMin", lambda x, d, k: x.amin(d, keepdim=k)),
    ("ReduceL2", lambda x, d, k: torch.linalg.vector_norm(x, 2, d, keepdim=k)),
    ("ReduceL1", lambda x, d, k: torch.linalg.vector_norm(x, 1, d, keepdim=k)),
    ("ReduceLogSumExp", lambda x, d, k: torch.logsumexp(x, d, keepdim=k)),
]:
    case("last, kept", name, lambda x: fn(x, (2,), True), [rand(3, 4, 5)], axes=[2], keepdims=1)
    case("first, dropped", name, lambda x: fn(x, (0,), False), [rand(3, 4, 5)], axes=[0], keepdims=0)
    case("outer two", name, lambda x: fn(x, (0, 2), False), [rand(3, 4, 5)], axes=[0, 2], keepdims=0)
    case("all", name, lambda x: fn(x, (0, 1, 2), False), [rand(3, 4, 5)], axes=[0, 1, 2], keepdims=0)
    case("spatial of four", name, lambda x: fn(x, (2, 3), True), [rand(2, 3, 4, 5)], axes=[2, 3], keepdims=1)
case("one axis", "ReduceProd", lambda x: x.prod(1), [rand(3, 4)], axes=[1], keepdims=0)
case("ties", "ReduceMax", lambda x: x.amax((1,)), [torch.tensor([[1.0, 3, 3], [2, 2, 2]])], axes=[1], keepdims=0)
case("large numbers", "ReduceLogSumExp", lambda x: torch.logsumexp(x, 1), [rand(3, 4) * 100 + 500], axes=[1], keepdims=0)

# Softmax
for name, fn in [("Softmax", F.softmax), ("LogSoftmax", F.log_softmax)]:
    case("last", name, lambda x: fn(x, -1), [rand(5, 7)], axis=-1)
    case("first", name, lambda x: fn(x, 0), [rand(5, 7)], axis=0)
    case("middle", name, lambda x: fn(x, 1), [rand(2, 3, 4, 5)], axis=1)
    case("large scores", name, lambda x: fn(x, -1), [rand(5, 7) * 50 + 300], axis=-1)
    case("one class", name, lambda x: fn(x, -1), [rand(5, 1)], axis=-1)

# Convolutions
def conv(name, x, w, b, **k):
    n = w.dim() - 2
    fn = [F.conv1d, F.conv2d, F.conv3d][n - 1]
    stride, padding, dilation, groups = k.get("stride", [1] * n), k.get("padding", [0] * n), k.get("dilation", [1] * n), k.get("groups", 1)
    attributes = dict(kernel_shape=list(w.shape[2:]), strides=stride, pads=padding + padding, dilations=dilation, group=groups)
    if b is None:
        case(name, "Conv", lambda x, w: fn(x, w, None, stride, padding, dilation, groups), [x, w], **attributes)
    else:
        case(name, "Conv", lambda x, w, b: fn(x, w, b, stride, padding, dilation, groups), [x, w, b], **attributes)


conv("plain", rand(2, 3, 7, 6), rand(4, 3, 3, 3), rand(4))
conv("no bias", rand(1, 1, 5, 5), rand(1, 1, 3, 3), None)
conv("padded", rand(2, 3, 5, 5), rand(4, 3, 3, 3), rand(4), padding=[1, 1])
conv("strided", rand(2, 3, 9, 8), rand(4, 3, 3, 3), rand(4), stride=[2, 3], padding=[1, 0])
conv("dilated", rand(2, 3, 9, 8), rand(4, 3, 3, 2), rand(4), dilation=[2, 3])
conv("groups", rand(2, 4, 6, 5), rand(6, 2, 3, 3), rand(6), groups=2, padding=[1, 1])
conv("depthwise", rand(2, 4, 6, 5), rand(4, 1, 3, 3), rand(4), groups=4)
conv("pointwise", rand(2, 5, 4, 3), rand(3, 5, 1, 1), rand(3))
conv("pointwise strided", rand(2, 5, 5, 3), rand(3, 5, 1, 1), rand(3), stride=[2, 2])
conv("everything", rand(2, 4, 11, 9), rand(6, 2, 3, 2), rand(6), stride=[2, 1], padding=[2, 1], dilation=[2, 2], groups=2)
conv("one axis", rand(2, 3, 11), rand(4, 3, 5), rand(4), stride=[2], padding=[2])
conv("one axis, dilated", rand(2, 3, 11), rand(4, 3, 3), rand(4), dilation=[3])
conv("three axes", rand(2, 2, 5, 4, 6), rand(3, 2, 3, 2, 3), rand(3), stride=[1, 2, 1], padding=[1, 0, 1])
conv("kernel as large as the image", rand(3, 2, 4, 4), rand(5, 2, 4, 4), rand(5))

# Pools
def window(kernel, stride=None, padding=None, dilation=None, ceil=False):
    n = len(kernel)
    return dict(kernel_shape=kernel, strides=stride or kernel, pads=(padding or [0] * n) * 2, dilations=dilation or [1] * n, ceil_mode=int(ceil))


for name, shape, kernel, stride, padding, dilation, ceil in [
    ("halves", (2, 3, 6, 8), [2, 2], None, None, None, False), ("odd size", (2, 3, 7, 5), [2, 2], None, None, None, False),
    ("overlapping", (2, 3, 7, 7), [3, 3], [2, 2], [1, 1], None, False), ("ceil", (2, 3, 7, 6), [3, 2], [2, 2], [1, 0], None, True),
    ("dilated", (1, 2, 9, 9), [3, 2], [1, 2], None, [2, 3], False), ("one axis", (2, 3, 9), [3], [2], [1], None, False),
    ("three axes", (1, 2, 5, 6, 4), [2, 3, 2], None, None, None, False),
]:
    n = len(kernel)
    pool = [F.max_pool1d, F.max_pool2d, F.max_pool3d][n - 1]
    case(name, "MaxPool", lambda x: pool(x, kernel, stride, padding or 0, dilation or 1, ceil), [rand(*shape)], **window(kernel, stride, padding, dilation, ceil))
    if dilation is None:
        average = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d][n - 1]
        for include in (True, False):
            case(f"{name}, {'with' if include else 'without'} padding", "AveragePool",
                 lambda x: average(x, kernel, stride, padding or 0, ceil, include), [rand(*shape)],
                 **window(kernel, stride, padding, None, ceil), count_include_pad=int(include))
case("equal values", "MaxPool", lambda x: F.max_pool2d(x, 2), [torch.ones(1, 1, 4, 4)], **window([2, 2]))
case("images", "GlobalAveragePool", lambda x: F.adaptive_avg_pool2d(x, 1), [rand(2, 3, 4, 5)])
case("images", "GlobalMaxPool", lambda x: F.adaptive_max_pool2d(x, 1), [rand(2, 3, 4, 5)])

# Shapes
case("images", "Flatten", lambda x: x.flatten(1), [rand(2, 3, 4)], axis=1)
case("view", "Reshape", lambda x: x.view(4, -1), [rand(2, 3, 4)], shape=[4, -1])
case("matrix", "Transpose", lambda x: x.T, [rand(5, 3)], perm=[1, 0])
case("heads", "Transpose", lambda x: x.permute(0, 2, 1, 3), [rand(2, 3, 4, 5)], perm=[0, 2, 1, 3])
case("five axes", "Transpose", lambda x: x.permute(4, 1, 3, 0, 2), [rand(2, 3, 4, 5, 2)], perm=[4, 1, 3, 0, 2])
case("axes of size 1", "Transpose", lambda x: x.permute(1, 0, 2), [rand(1, 3, 4)], perm=[1, 0, 2])
case("rows", "Expand", lambda x: x.expand(4, 3, 5), [rand(3, 1)], shape=[4, 1, 5])
case("some", "Squeeze", lambda x: x.squeeze(1), [rand(3, 1, 4, 1)], axes=[1])
case("some", "Unsqueeze", lambda x: x[:, None, :, None], [rand(3, 4)], axes=[1, 3])

# Normalization (inference)
case("images", "BatchNormalization", lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b, False, 0.1, 1e-3),
     [rand(3, 4, 2, 3), rand(4), rand(4), rand(4), positive(4)], epsilon=1e-3)
case("rows", "BatchNormalization", lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b, False, 0.1, 1e-5),
     [rand(5, 3), rand(3), rand(3), rand(3), positive(3)])
case("last axis", "LayerNormalization", lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-5), [rand(2, 3, 5), rand(5), rand(5)], axis=-1, epsilon=1e-5)
case("last two axes", "LayerNormalization", lambda x, w, b: F.layer_norm(x, (3, 5), w, b, 1e-5), [rand(2, 3, 5), rand(3, 5), rand(3, 5)], axis=-2, epsilon=1e-5)
case("far from zero", "LayerNormalization", lambda x: F.layer_norm(x, (64,), None, None, 1e-5), [rand(3, 64) + 1000], axis=-1, epsilon=1e-5)
case("groups", "GroupNormalization", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5), [rand(2, 4, 3, 3), rand(4), rand(4)], num_groups=2, epsilon=1e-5)
case("images", "InstanceNormalization", lambda x, w, b: F.instance_norm(x, None, None, w, b), [rand(2, 3, 4, 5), rand(3), rand(3)], epsilon=1e-5)

# More cell by cell: what has a threshold is tried on both sides of it, and where PyTorch defines it, on it.
for name, fn, attributes in [
    ("Tan", lambda x: torch.tan(x * 0.3), {}), ("Swish", F.silu, {}),
    ("Shrink", lambda x: F.hardshrink(x, 0.4), {"lambd": 0.4, "bias": 0.0}),
    ("Shrink", lambda x: F.softshrink(x, 0.4), {"lambd": 0.4, "bias": 0.4}),
    ("ThresholdedRelu", lambda x: F.threshold(x, 0.3, -2.0), {"alpha": 0.3, "value": -2.0}),
    ("Atan", torch.atan, {}), ("Asinh", torch.asinh, {}), ("Sinh", torch.sinh, {}), ("Cosh", torch.cosh, {}),
    ("Clip", lambda x: torch.clamp(x, max=0.5), {"max": 0.5}), ("Clip", F.relu6, {"min": 0.0, "max": 6.0, "open": 1}),
    ("Clip", F.hardtanh, {"min": -1.0, "max": 1.0, "open": 1}),
]:
    if name != "Tan":
        case("37 values", name, fn, [x[:37]], **attributes)
case("small angles", "Tan", torch.tan, [rand(7).clamp(-1, 1)])
for name, fn in [("Asin", torch.asin), ("Acos", torch.acos), ("Atanh", torch.atanh)]:
    case("inside", name, fn, [torch.rand(3, 5) * 1.8 - 0.9])
case("above one", "Acosh", torch.acosh, [positive(7) + 1])
case("one value", "Gelu", F.gelu, [rand(1)])
case("far out", "Gelu", F.gelu, [torch.tensor([-30.0, -9, -5.5, -3, 3, 5.5, 9, 30])])
case("far out", "Gelu", lambda x: F.gelu(x, approximate="tanh"), [torch.tensor([-30.0, -9, -5.5, -3, 3, 5.5, 9, 30])], approximate="tanh")
for name, fn in [("Sigmoid", torch.sigmoid), ("Tanh", torch.tanh), ("Softplus", F.softplus), ("Swish", F.silu), ("Mish", F.mish),
                 ("Elu", F.elu), ("Erf", torch.erf)]:
    case("far out", name, fn, [torch.tensor([-120.0, -90, -30, -19, 19, 30, 90, 120])])

# Comparisons, logic, choice
near = torch.tensor([[1.0, 2, 3], [3, 2, 1]])
for name, fn in [("Equal", torch.eq), ("NotEqual", torch.ne), ("Less", torch.lt), ("LessOrEqual", torch.le), ("Greater", torch.gt), ("GreaterOrEqual", torch.ge)]:
    case("rows", name, fn, [near, torch.tensor([2.0, 2, 2])], False)
    case("column", name, fn, [torch.randint(0, 3, (3, 5)), torch.randint(0, 3, (3, 1))], False)
yes, no = torch.tensor([[True, False, True]]), torch.tensor([[True], [False]])
for name, fn in [("And", torch.logical_and), ("Or", torch.logical_or), ("Xor", torch.logical_xor)]:
    case("table", name, fn, [yes, no], False)
case("table", "Not", torch.logical_not, [yes], False)
case("rows", "Where", torch.where, [rand(3, 5) > 0, rand(3, 5), rand(5)])
case("condition of a column", "Where", torch.where, [rand(3, 1) > 0, rand(1, 5), rand(2, 1, 1)])
case("scalar", "Where", torch.where, [rand(1, 1) > 0, rand(4), torch.tensor(2.0)])
for name, fn in [("Min", torch.minimum), ("Max", torch.maximum)]:
    case("rows", name, fn, [rand(3, 5), rand(5)])
    case("column and equal values", name, fn, [torch.tensor([[1.0, 2, 3]]), torch.tensor([[2.0], [1.0]])])
    case("whole numbers", name, fn, [torch.randint(-5, 5, (3, 4)), torch.randint(-5, 5, (4,))])
case("signs", "Mod", torch.remainder, [torch.tensor([7.0, -7, 7, -7, 5.5, -0.5]), torch.tensor([3.0, 3, -3, -3, 2, 2])])
case("whole numbers", "Mod", torch.remainder, [torch.tensor([7, -7, 7, -7, 6, 0]), torch.tensor([3, 3, -3, -3, 3, 5])])
case("whole numbers, a table", "Mod", torch.remainder, [torch.arange(-30, 30)[:, None], torch.tensor([1, 2, 3, 5, 7, -6, 11])])
case("whole numbers", "Cast", lambda x: x.long(), [torch.tensor([1.9, -1.9, 0.5, -0.5, 3])], False, to="int64")
case("to truth", "Cast", lambda x: x.bool(), [torch.tensor([1.9, 0.0, -0.5])], False, to="bool")
case("to floats", "Cast", lambda x: x.float(), [torch.tensor([1, -2, 70000])], False, to="float32")
case("to the same", "Cast", lambda x: x.float(), [rand(3, 1)], to="float32")
case("halves", "Round", torch.round, [torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609.0])], False)

# Parts
far = 2**62
def cut(name, fn, t, starts, ends, axes, steps):
    case(name, "Slice", fn, [t], starts=starts, ends=ends, axes=axes, steps=steps)


cut("middle", lambda x: x[1:3, :, 2:5:2], rand(4, 3, 6), [1, 2], [3, 5], [0, 2], [1, 2])
cut("from the end", lambda x: x[-3:-1], rand(5, 2), [-3], [-1], [0], [1])
cut("open end", lambda x: x[:, 3:], rand(2, 7), [3], [far], [1], [1])
cut("one cell", lambda x: x[0:1, 0:1], rand(1, 1), [0, 0], [1, 1], [0, 1], [1, 1])
cut("backwards", lambda x: x.flip(1), rand(2, 5), [-1], [-far], [1], [-1])
cut("backwards, both axes", lambda x: x.flip(0, 1), rand(3, 4), [-1, -1], [-far, -far], [0, 1], [-1, -1])
cut("backwards by two", lambda x: x.flip(0)[::2], rand(7), [-1], [-far], [0], [-2])
cut("backwards, a part", lambda x: x[1:5].flip(0), rand(7, 2), [4], [0], [0], [-1])
cut("beyond the end", lambda x: x[3:9:3], rand(7, 2), [3], [9], [0], [3])
case("last axis", "Concat", lambda *t: torch.cat(t, -1), [rand(2, 3), rand(2, 1), rand(2, 4)], axis=-1)
case("first axis", "Concat", lambda *t: torch.cat(t, 0), [rand(2, 3), rand(1, 3)], axis=0)
case("middle axis", "Concat", lambda *t: torch.cat(t, 1), [rand(2, 1, 3), rand(2, 4, 3), rand(2, 2, 3), rand(2, 1, 3)], axis=1)
case("one tensor", "Concat", lambda *t: torch.cat(t, 1), [rand(2, 3)], axis=1)
for k in range(3):
    case(f"uneven, part {k}", "Split", lambda x: list(x.split([1, 4, 2], 1)), [rand(2, 7, 3)], seeded=k, axis=1, split=[1, 4, 2])
case("even", "Split", lambda x: list(x.chunk(3, -1)), [rand(2, 6)], seeded=1, axis=-1, num_outputs=3)
case("rows", "Gather", lambda t, i: t[i], [rand(7, 3), torch.tensor([[1, 6, 1], [0, 0, 2]])], axis=0)
case("last axis", "Gather", lambda t, i: t[..., i], [rand(2, 3, 5), torch.tensor([4, 0, 4, 2])], axis=2)
case("middle axis", "Gather", lambda t, i: t[:, i], [rand(2, 3, 4), torch.tensor([[2], [2]])], axis=1)
case("one index", "Gather", lambda t, i: t[:, i], [rand(2, 3, 4), torch.tensor(1)], axis=1)
case("from the end", "Gather", lambda t, i: t[i], [rand(5, 2), torch.tensor([-1, 0, -5])], axis=0)
case("one row", "Gather", lambda t, i: t[i], [rand(1, 4), torch.tensor([0, 0, 0])], axis=0)
case("columns", "GatherElements", lambda t, i: t.gather(1, i), [rand(3, 5), torch.randint(0, 5, (3, 4))], axis=1)
case("fewer rows", "GatherElements", lambda t, i: t.gather(0, i), [rand(4, 3), torch.randint(0, 4, (2, 2))], axis=0)
case("three axes", "GatherElements", lambda t, i: t.gather(2, i), [rand(2, 3, 5), torch.randint(0, 5, (2, 3, 1))], axis=2)
case("columns", "ScatterElements", lambda t, i, u: t.scatter(1, i, u), [rand(3, 5), torch.tensor([[0, 3], [1, 4], [2, 0]]), rand(3, 2)], axis=1)
case("fewer rows", "ScatterElements", lambda t, i, u: t.scatter(0, i, u), [rand(4, 3), torch.tensor([[3, 0], [1, 2]]), rand(2, 2)], axis=0)
case("sums", "ScatterElements", lambda t, i, u: t.scatter_add(0, i, u), [rand(4, 3), torch.tensor([[3, 0, 1], [3, 0, 1], [0, 0, 0]]), rand(3, 3)], axis=0, reduction="add")
case("rows of two", "GatherND", lambda t, i: t[i[:, 0], i[:, 1]], [rand(4, 5), torch.tensor([[0, 1], [3, 4], [0, 1]])])
case("slices", "GatherND", lambda t, i: t[i[..., 0], i[..., 1]], [rand(4, 5, 3), torch.tensor([[[0, 1], [3, 4]], [[0, 1], [2, 0]], [[1, 1], [2, 3]]])])
case("whole rows", "GatherND", lambda t, i: t[i[:, 0]], [rand(4, 2, 3), torch.tensor([[1], [1], [3]])])
case("from the end", "GatherND", lambda t, i: t[i[:, 0], i[:, 1]], [rand(4, 5), torch.tensor([[-1, 1], [3, -5]])])
pads = lambda p: [p[2], p[0], p[3], p[1]]
for mode, onnx in [("constant", "constant"), ("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]:
    case("images", "Pad", lambda x: F.pad(x, (1, 2, 2, 1), mode), [rand(1, 2, 4, 5)], pads=[0, 0, 2, 1, 0, 0, 1, 2], mode=onnx)
    case("sequences", "Pad", lambda x: F.pad(x, (3, 0), mode), [rand(2, 1, 4)], pads=[0, 0, 3, 0, 0, 0], mode=onnx)
case("a value", "Pad", lambda x: F.pad(x, (1, 1), value=-1.5), [rand(2, 3)], pads=[0, 1, 0, 1], mode="constant", value=-1.5)
case("cuts", "Pad", lambda x: F.pad(x, (-1, 2, -1, -1)), [rand(4, 3)], pads=[-1, -1, -1, 2], mode="constant", value=0.0)
case("rows", "CumSum", lambda x: x.cumsum(1), [rand(3, 7)], axis=1)
case("columns", "CumSum", lambda x: x.cumsum(0), [rand(5, 3, 1)], axis=0)
case("backwards", "CumSum", lambda x: x.flip(1).cumsum(1).flip(1), [rand(3, 4)], axis=1, reverse=1)
case("without itself", "CumSum", lambda x: x.cumsum(1) - x, [rand(3, 4)], axis=1, exclusive=1)
for k in (-2, 0, 1):
    case(f"lower, {k}", "Trilu", lambda x: x.tril(k), [rand(2, 4, 3)], upper=0, k=k)
    case(f"upper, {k}", "Trilu", lambda x: x.triu(k), [rand(3, 5)], upper=1, k=k)
case("last axis", "OneHot", lambda i: F.one_hot(i, 5), [torch.tensor([[0, 4, 2]])], depth=5, axis=-1)
for name, fn in [("ArgMax", torch.argmax), ("ArgMin", torch.argmin)]:
    case("rows", name, lambda x: fn(x, 1), [rand(3, 7)], False, axis=1, keepdims=0)
    case("columns, kept", name, lambda x: fn(x, 0, True), [rand(5, 3)], False, axis=0, keepdims=1)
    case("one value", name, lambda x: fn(x, 1), [rand(3, 1)], False, axis=1, keepdims=0)
case("rows", "TopK", lambda x: list(torch.topk(x, 3, 1)), [rand(3, 7)], axis=1, k=3)
case("smallest of columns", "TopK", lambda x: list(torch.topk(x, 2, 0, largest=False)), [rand(5, 3)], axis=0, k=2, largest=0)
case("all", "TopK", lambda x: list(torch.sort(x, -1, descending=True)), [rand(2, 1, 6)], axis=-1, k=6)
case("both axes", "Tile", lambda x: x.repeat(2, 3), [rand(3, 2)], repeats=[2, 3])
case("an axis of size 1", "Tile", lambda x: x.repeat(1, 4, 2), [rand(2, 1, 3)], repeats=[1, 4, 2])
case("numbers", "Range", lambda: torch.arange(2, 11, 3), [], False, start=2, limit=11, delta=3, dtype="int64")
case("backwards", "Range", lambda: torch.arange(1.0, -1.0, -0.5), [], False, start=1, limit=-1, delta=-0.5, dtype="float32")
for equation, shapes in [
    ("ij,jk->ik", [(3, 4), (4, 5)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]), ("bhid,bhjd->bhij", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("i,j->ij", [(3,), (4,)]), ("ij->ji", [(3, 4)]), ("ij->", [(3, 4)]), ("ij->i", [(3, 4)]), ("i,i->", [(5,), (5,)]),
    ("ij,ij->ij", [(3, 4), (3, 4)]), ("bi,oij,bj->bo", [(2, 3), (4, 3, 5), (2, 5)]), ("...ij,...jk->...ik", [(2, 1, 3, 4), (5, 4, 2)]),
    ("nctkv,kvw->nctw", [(2, 3, 4, 2, 5), (2, 5, 5)]), ("ij,jk", [(3, 4), (4, 5)]), ("bn,anm,bm->ba", [(2, 3), (4, 3, 5), (2, 5)]),
]:
    case(equation, "Einsum", lambda *t: torch.einsum(equation, *t), [rand(*s) for s in shapes], equation=equation)

# More normalization
case("last axis", "RMSNormalization", lambda x, w: F.rms_norm(x, (5,), w, 1e-5), [rand(2, 3, 5), rand(5)], axis=-1, epsilon=1e-5)
case("no scale", "RMSNormalization", lambda x: F.rms_norm(x, (7,), None, 1e-6), [rand(1, 7)], axis=-1, epsilon=1e-6)
case("no bias", "LayerNormalization", lambda x, w: F.layer_norm(x, (5,), w, None, 1e-5), [rand(3, 5), rand(5)], axis=-1, epsilon=1e-5)
case("one group", "GroupNormalization", lambda x, w, b: F.group_norm(x, 1, w, b, 1e-5), [rand(2, 3, 5), rand(3), rand(3)], num_groups=1, epsilon=1e-5)
case("as many groups as channels", "GroupNormalization", lambda x, w, b: F.group_norm(x, 3, w, b, 1e-5), [rand(1, 3, 5, 1), rand(3), rand(3)], num_groups=3, epsilon=1e-5)
case("sequences", "InstanceNormalization", lambda x, w, b: F.instance_norm(x, None, None, w, b), [rand(2, 3, 7), rand(3), rand(3)], epsilon=1e-5)
for size in (1, 3, 4):
    case(f"{size} channels", "LRN", lambda x: F.local_response_norm(x, size, 0.3, 0.75, 1.5), [rand(2, 5, 3, 4)], size=size, alpha=0.3, beta=0.75, bias=1.5, **({} if size % 2 else {"before": size // 2}))
case("sequences", "LRN", lambda x: F.local_response_norm(x, 5), [rand(2, 7, 3) * 10], size=5, alpha=1e-4, beta=0.75, bias=1.0)

# Enlarging
def transposed(name, x, w, b, stride=None, padding=None, extra=None, dilation=None, groups=1):
    n = w.dim() - 2
    one, zero = [1] * n, [0] * n
    stride, padding, extra, dilation = stride or one, padding or zero, extra or zero, dilation or one
    fn = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][n - 1]
    attributes = dict(kernel_shape=list(w.shape[2:]), strides=stride, pads=padding + padding, output_padding=extra, dilations=dilation, group=groups)
    case(name, "ConvTranspose", lambda x, w, b=None: fn(x, w, b, stride, padding, extra, groups, dilation), [x, w] + ([] if b is None else [b]), **attributes)


transposed("plain", rand(2, 3, 4, 5), rand(3, 4, 3, 2), rand(4))
transposed("no bias", rand(1, 1, 3, 3), rand(1, 1, 2, 2), None)
transposed("strided", rand(2, 3, 4, 3), rand(3, 2, 4, 4), rand(2), [2, 2], [1, 1])
transposed("output padding", rand(2, 3, 4, 3), rand(3, 2, 3, 3), rand(2), [2, 2], [1, 1], [1, 1])
transposed("dilated", rand(2, 2, 3, 4), rand(2, 3, 3, 2), rand(3), dilation=[2, 3])
transposed("groups", rand(2, 4, 3, 3), rand(4, 3, 2, 3), rand(6), [2, 1], [0, 1], groups=2)
transposed("from one cell", rand(3, 5, 1, 1), rand(5, 2, 4, 4), None)
transposed("one axis", rand(2, 3, 5), rand(3, 4, 4), rand(4), [3], [1], [2])
transposed("three axes", rand(1, 2, 3, 2, 3), rand(2, 2, 2, 3, 2), rand(2), [2, 1, 2], [0, 1, 0])


def resized(name, shape, size, mode, corners=None):
    kinds = {"nearest": "nearest", "nearest-exact": "nearest", "linear": "linear", "bilinear": "linear", "trilinear": "linear", "bicubic": "cubic"}
    where = "asymmetric" if mode == "nearest" else "half_pixel" if mode == "nearest-exact" else "align_corners" if corners else "half_pixel"
    case(f"{mode}, {name}{', corners' if corners else ''}", "Resize", lambda x: F.interpolate(x, size, mode=mode, align_corners=corners), [rand(*shape)],
         sizes=[*shape[:2], *size], mode=kinds[mode], coordinate_transformation_mode=where, nearest_mode="floor" if mode == "nearest" else "round_prefer_ceil")


for mode, corners in [("nearest", None), ("nearest-exact", None), ("bilinear", False), ("bilinear", True), ("bicubic", False), ("bicubic", True)]:
    resized("twice", (2, 3, 3, 4), [6, 8], mode, corners)
    resized("uneven", (1, 2, 5, 4), [7, 3], mode, corners)
    resized("half", (1, 1, 6, 8), [3, 4], mode, corners)
    resized("to one cell", (2, 1, 3, 3), [1, 1], mode, corners)
    resized("from one cell", (2, 1, 1, 1), [3, 2], mode, corners)
for mode, corners in [("nearest", None), ("linear", False), ("linear", True)]:
    resized("sequence", (2, 3, 5), [8], mode, corners)
resized("volume", (1, 2, 2, 3, 2), [3, 4, 5], "nearest")
resized("volume", (1, 2, 2, 3, 2), [3, 4, 5], "trilinear", False)

# Pools whose windows differ
for size, shape in [([3], (2, 3, 7)), ([2, 3], (2, 3, 5, 7)), ([4, 1], (1, 2, 6, 3)), ([5, 5], (1, 2, 3, 4)), ([2, 3, 2], (1, 2, 3, 4, 5))]:
    n = len(size)
    average = [F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d][n - 1]
    most = [F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d][n - 1]
    case(f"{shape} to {size}", "AdaptiveAveragePool", lambda x: average(x, size), [rand(*shape)], output_size=size)
    case(f"{shape} to {size}", "AdaptiveMaxPool", lambda x: most(x, size), [rand(*shape)], output_size=size)

# Recurrent layers: PyTorch's weights, in ONNX's order of gates.
def torch_order(w, kind):
    h = w.shape[0] // {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
    order = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}[kind]
    return torch.cat([w[k * h : (k + 1) * h] for k in order])


def recurrent(kind, name, t, n, c, h, both=False, bias=True, state=False, seeded=0, activation="tanh"):
    d, gates = 2 if both else 1, {"LSTM": 4, "GRU": 3, "RNN": 1}[kind]
    states = (2 if kind == "LSTM" else 1) if state else 0
    layer = getattr(torch.nn, kind)(c, h, bidirectional=both, bias=bias, **({"nonlinearity": activation} if kind == "RNN" else {}))

    def forward(x, w, r, *rest):
        rest = list(rest)
        values = {}
        b = rest.pop(0) if bias else None
        for k, suffix in enumerate(["", "_reverse"][:d]):
            values[f"weight_ih_l0{suffix}"] = torch_order(w[k], kind)
            values[f"weight_hh_l0{suffix}"] = torch_order(r[k], kind)
            if bias:
                values[f"bias_ih_l0{suffix}"] = torch_order(b[k, : gates * h], kind)
                values[f"bias_hh_l0{suffix}"] = torch_order(b[k, gates * h :], kind)
        hx = tuple(rest) if states == 2 else rest[0] if states else None
        y, last = torch.func.functional_call(layer, values, (x, hx) if states else (x,))
        y = y.reshape(t, n, d, h).transpose(1, 2)
        return [y, *(last if kind == "LSTM" else [last])]

    inputs = [rand(t, n, c), rand(d, gates * h, c) * 0.5, rand(d, gates * h, h) * 0.5, rand(d, 2 * gates * h) * 0.3 if bias else None]
    inputs += [None] + [rand(d, n, h) for _ in range(states)] if states else []
    attributes = dict(hidden_size=h, direction="bidirectional" if both else "forward")
    if kind == "GRU":
        attributes["linear_before_reset"] = 1
    if kind == "RNN":
        attributes["activations"] = [{"tanh": "Tanh", "relu": "Relu"}[activation]] * d
    case(f"{name}, output {seeded}", kind, forward, inputs, seeded=seeded, **attributes)


for kind in ("LSTM", "GRU", "RNN"):
    for out in range(3 if kind == "LSTM" else 2):
        recurrent(kind, "plain", 5, 3, 4, 6, seeded=out)
        recurrent(kind, "both ways, with a first state", 4, 2, 3, 5, both=True, state=True, seeded=out)
    recurrent(kind, "no bias", 3, 1, 2, 3, bias=False)
    recurrent(kind, "one step of one", 1, 1, 1, 1)
recurrent("RNN", "relu", 4, 3, 2, 5, activation="relu")


# Long loops: more than 1000 rounds of each.
case("long rows", "ReduceLogSumExp", lambda x: torch.logsumexp(x, 1), [rand(2, 1203)], axes=[1], keepdims=0)
case("long columns", "ReduceMax", lambda x: x.amax((0,)), [torch.arange(1300.0).remainder(1201)[:, None].clone()], axes=[0], keepdims=0)
case("many values", "InstanceNormalization", lambda x, w, b: F.instance_norm(x, None, None, w, b), [rand(1, 1, 1111), rand(1), rand(1)], epsilon=1e-5)

# More products: zeros among the factors, signs, axes from the end.
def product(x, axes, keep):
    for a in sorted((a % x.dim() for a in axes), reverse=True):
        x = x.prod(a, keepdim=keep)
    return x


for name, shape, axes, keep in [
    ("last, kept", (3, 4, 5), [-1], True), ("first, dropped", (3, 4, 5), [0], False), ("outer two", (2, 3, 4), [0, -1], False),
    ("all, kept", (2, 3, 2), [0, 1, 2], True), ("one value", (4, 1), [1], False), ("spatial of four", (2, 3, 2, 3), [-2, -1], True),
]:
    case(name, "ReduceProd", lambda x: product(x, axes, keep), [rand(*shape)], axes=axes, keepdims=int(keep))
case("all", "ReduceProd", lambda x: x.prod(), [rand(3, 4)], keepdims=0)
zeros = torch.tensor([[2.0, 0, -3, 0.5], [0, 4, 0, 1], [-1, 2, -0.0, 5], [1, -2, 3, -4], [0, 0, 0, 0]])
case("zeros", "ReduceProd", lambda x: x.prod(-1), [zeros], axes=[-1], keepdims=0)
case("zeros of columns, kept", "ReduceProd", lambda x: x.prod(0, True), [zeros[:4]], axes=[0], keepdims=1)
case("zeros of both axes", "ReduceProd", lambda x: product(x, [0, 1], False), [torch.tensor([[[2.0, 3], [0, 4]], [[1, 5], [-2, 6]]]).permute(1, 2, 0).clone()],
     axes=[0, 1], keepdims=0)
case("long", "ReduceProd", lambda x: x.prod(1), [1 + rand(2, 1203) * 0.03], axes=[1], keepdims=0)

# Batches of no rows.
for shape, axes, keep in [((0, 4), [1], False), ((0, 4), [0], False), ((0, 3, 2), [-1, 1], True)]:
    for name, fn in [("ReduceProd", product), ("ReduceSum", lambda x, a, k: x.sum(a, keepdim=k)), ("ReduceMean", lambda x, a, k: x.mean(a, keepdim=k)),
                     ("ReduceL2", lambda x, a, k: torch.linalg.vector_norm(x, 2, a, keepdim=k)), ("ReduceLogSumExp", lambda x, a, k: torch.logsumexp(x, a, keepdim=k))]:
        if 0 in axes and name in ("ReduceMean", "ReduceLogSumExp"):
            continue  # No number, and minus infinity: JSON has neither.
        case(f"no rows, axes {axes}", name, lambda x: fn(x, axes, keep), [rand(*shape)], axes=axes, keepdims=int(keep))
    for name, fn in [("ReduceMax", torch.amax), ("ReduceMin", torch.amin)]:
        if 0 not in axes:
            case(f"no rows, axes {axes}", name, lambda x: fn(x, axes, keep), [rand(*shape)], axes=axes, keepdims=int(keep))
case("no rows", "Gemm", lambda x, w, b: F.linear(x, w, b), [rand(0, 5), rand(3, 5), rand(3)], transB=1)
case("no rows to sum over", "Gemm", lambda a, b: a.T @ b, [rand(0, 6), rand(0, 3)], transA=1)
case("no rows", "MatMul", torch.matmul, [rand(0, 3, 7), rand(7, 4)])
case("no batches", "MatMul", torch.matmul, [rand(0, 2, 5, 7), rand(0, 2, 7, 4)])
case("no terms", "MatMul", torch.matmul, [rand(2, 5, 0), rand(2, 0, 4)])
for name, fn in [("Add", torch.add), ("Mul", torch.mul), ("Div", torch.div)]:
    case("no rows", name, fn, [rand(0, 5), positive(5)])
for name, fn in [("Relu", F.relu), ("Gelu", F.gelu), ("Exp", torch.exp)]:
    case("no rows", name, fn, [rand(0, 5)])
for name, fn in [("Softmax", F.softmax), ("LogSoftmax", F.log_softmax)]:
    case("no rows", name, lambda x: fn(x, -1), [rand(0, 5)], axis=-1)
    case("of no rows", name, lambda x: fn(x, 0), [rand(0, 5)], axis=0)
conv("no rows", rand(0, 3, 7, 6), rand(4, 3, 3, 3), rand(4), stride=[2, 1], padding=[1, 1])
conv("no rows, depthwise", rand(0, 4, 5, 5), rand(4, 1, 3, 3), rand(4), groups=4)
conv("no rows, pointwise", rand(0, 3, 5, 5), rand(4, 3, 1, 1), None)
conv("no rows, one axis", rand(0, 3, 9), rand(4, 3, 5), rand(4))
conv("no rows, three axes", rand(0, 2, 3, 4, 4), rand(3, 2, 2, 2, 2), rand(3))
transposed("no rows", rand(0, 3, 4, 3), rand(3, 2, 4, 4), rand(2), [2, 2], [1, 1])
case("no rows", "MaxPool", lambda x: F.max_pool2d(x, 3, 2, 1), [rand(0, 3, 7, 6)], **window([3, 3], [2, 2], [1, 1]))
case("no rows", "AveragePool", lambda x: F.avg_pool2d(x, 3, 2, 1), [rand(0, 3, 7, 6)], **window([3, 3], [2, 2], [1, 1]), count_include_pad=1)
case("no rows", "GlobalAveragePool", lambda x: F.adaptive_avg_pool2d(x, 1), [rand(0, 3, 4, 5)])
case("no rows", "AdaptiveAveragePool", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), [rand(0, 3, 5, 7)], output_size=[2, 3])
case("no rows", "AdaptiveMaxPool", lambda x: F.adaptive_max_pool2d(x, (2, 3)), [rand(0, 3, 5, 7)], output_size=[2, 3])
case("no rows", "BatchNormalization", lambda x, w, b, m, v: F.batch_norm(x, m.detach(), v.detach(), w, b, False, 0.1, 1e-5),
     [rand(0, 4, 2, 3), rand(4), rand(4), rand(4), positive(4)])
case("no rows", "LayerNormalization", lambda x, w, b: F.layer_norm(x, (5,), w, b, 1e-5), [rand(0, 3, 5), rand(5), rand(5)], axis=-1, epsilon=1e-5)
case("no rows", "RMSNormalization", lambda x, w: F.rms_norm(x, (5,), w, 1e-5), [rand(0, 3, 5), rand(5)], axis=-1, epsilon=1e-5)
case("no rows", "GroupNormalization", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5), [rand(0, 4, 3, 3), rand(4), rand(4)], num_groups=2, epsilon=1e-5)
case("no rows", "Gather", lambda t, i: F.embedding(i, t), [rand(7, 3), torch.zeros(0, 4, dtype=torch.long)], axis=0)
case("no rows", "Concat", lambda *t: torch.cat(t, 0), [rand(0, 3), rand(2, 3), rand(0, 3)], axis=0)
case("no rows", "Transpose", lambda x: x.permute(0, 2, 1, 3), [rand(0, 3, 4, 5)], perm=[0, 2, 1, 3])
case("no rows", "Resize", lambda x: F.interpolate(x, (6, 8), mode="bilinear"), [rand(0, 3, 3, 4)], sizes=[0, 3, 6, 8], mode="linear",
     coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_ceil")
case("no rows", "CumSum", lambda x: x.cumsum(1), [rand(0, 7)], axis=1)
case("no rows", "Einsum", lambda *t: torch.einsum("bhid,bhjd->bhij", *t), [rand(0, 2, 3, 4), rand(0, 2, 5, 4)], equation="bhid,bhjd->bhij")
for kind in ("LSTM", "GRU", "RNN"):
    recurrent(kind, "no rows", 5, 0, 4, 6)
    recurrent(kind, "no rows, both ways, with a first state", 4, 0, 3, 5, both=True, state=True, seeded=1)

# What meets in one place: twice the same index, equal values, and zeros among the factors.
at = torch.tensor([[3, 0, 1], [3, 0, 1], [0, 0, 0]])
for name, reduction in (("amax", "max"), ("amin", "min"), ("prod", "mul")):
    own = lambda t, i, u: t.scatter_reduce(0, i, u, name)
    case(name, "ScatterElements", own, [rand(4, 3), at, rand(3, 3)], axis=0, reduction=reduction)
    case(f"{name} along rows", "ScatterElements", lambda t, i, u: t.scatter_reduce(1, i, u, name), [rand(3, 5), torch.tensor([[0, 3], [1, 1], [2, 0]]), rand(3, 2)],
         axis=1, reduction=reduction)
    case(f"{name} of whole numbers", "ScatterElements", own, [torch.tensor([[0.0, 1, 0], [2, 0, 1], [1, 1, 1], [0, 2, 2]]), at,
         torch.tensor([[0.0, 1, 1], [2, 0, 1], [0, 1, 0]])], axis=0, reduction=reduction)

# Places that a grid names
torch.manual_seed(20)
for mode, onnx in [("bilinear", "linear"), ("nearest", "nearest"), ("bicubic", "cubic")]:
    for padding in ["zeros", "border", "reflection"]:
        for corners in [False, True]:
            options = dict(mode=mode, padding_mode=padding, align_corners=corners)
            known = dict(mode=onnx, padding_mode=padding, align_corners=corners)
            case(f"{mode}, {padding}{', corners' if corners else ''}", "GridSample",
                 lambda x, g, o=options: F.grid_sample(x, g, **o), [rand(2, 3, 4, 5), 0.8 * rand(2, 3, 2, 2)], **known)
            if mode != "bicubic":
                case(f"volume, {mode}, {padding}{', corners' if corners else ''}", "GridSample",
                     lambda x, g, o=options: F.grid_sample(x, g, **o), [rand(1, 2, 3, 4, 2), 0.8 * rand(1, 2, 3, 1, 3)], **known)
for padding in ["border", "reflection"]:
    for corners in [False, True]:
        options = dict(padding_mode=padding, align_corners=corners)
        case(f"at the borders, {padding}{', corners' if corners else ''}", "GridSample", lambda x, g, o=options: F.grid_sample(x, g, **o),
             [rand(1, 2, 3, 3), torch.tensor([[[[-1.0, 0.1], [1.0, 0.2], [0.3, -1.0], [-0.3, 1.0]]]])], mode="linear", **options)
case("one cell", "GridSample", lambda x, g: F.grid_sample(x, g, padding_mode="reflection", align_corners=True),
     [rand(1, 1, 1, 1), rand(1, 2, 2, 2)], mode="linear", padding_mode="reflection", align_corners=True)

for c in cases:
    for k, v in c["attributes"].items():
        if isinstance(v, bool):
            c["attributes"][k] = int(v)
text = "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n"
assert not math.isnan(sum(sum(o["data"]) for c in cases for o in c["outputs"]))
Path(__file__).with_name("engine_ops.json").write_text(text)
print(len(cases), "cases,", len(text), "bytes")

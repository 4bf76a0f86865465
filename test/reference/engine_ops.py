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


def case(name, op, fn, inputs, differentiable=True, **attributes):
    """`inputs` holds None for one that is left out; `fn` gets the tensors that are there."""
    tensors = [None if x is None else x.clone().requires_grad_(x.is_floating_point() and differentiable) for x in inputs]
    outputs = fn(*[t for t in tensors if t is not None])
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    record = {"name": name, "op": op, "attributes": attributes,
              "inputs": [None if t is None else flat(t) for t in tensors],
              "outputs": [flat(o) for o in outputs]}
    if differentiable and outputs[0].is_floating_point():
        seed = torch.randn_like(outputs[0])
        outputs[0].backward(seed)
        record["seed"] = flat(seed)
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

for c in cases:
    for k, v in c["attributes"].items():
        if isinstance(v, bool):
            c["attributes"][k] = int(v)
text = "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n"
assert not math.isnan(sum(sum(o["data"]) for c in cases for o in c["outputs"]))
Path(__file__).with_name("engine_ops.json").write_text(text)
print(len(cases), "cases,", len(text), "bytes")

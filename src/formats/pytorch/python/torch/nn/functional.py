"""torch.nn.functional: each function as the graph nodes that it means."""

import math
from itertools import repeat

from _vitrine import modes, trace
from _vitrine.sizes import SymInt, is_symbolic, to_int

from .. import _make, _ops
from .._ops import axis, cast
from .._tensor import Tensor, bool_, emit, float32, infer, int64
from ._losses import *  # noqa: F403


class TrainingFlag:
    """`module.training` while forward is read: the branch of evaluation is taken, ops that differ stay ops."""

    def __bool__(self):
        if not trace.tracing:
            # A module that is made trains, until it is told otherwise.
            return True
        trace.asked += 1
        trace.consulted += 1
        return trace.learning

    def __eq__(self, other):
        return bool(self) == other

    def __hash__(self):
        return 0

    def __repr__(self):
        return "False"


def _tuple(value, n, name="size"):
    if isinstance(value, (list, tuple)):
        if len(value) == 1:
            return list(value) * n
        if len(value) != n:
            raise RuntimeError(f"{name} must be {n} numbers, got {len(value)}")
        return [to_int(v) for v in value]
    return [to_int(value)] * n


def linear(input, weight, bias=None):
    if weight.ndim == 1:
        made = _ops.matmul(input, weight)
        return made if bias is None else made + bias
    if input.ndim == 2:
        return emit("Gemm", [input, weight, bias], transB=1)
    # The check is of the flattened product, as PyTorch does it and words it.
    if input.ndim != 1:
        _check_flattened(input, weight)
        rows = math.prod(input.shape[:-1])
        infer("Gemm", [(input.dtype, [rows, input.shape[-1]]), (weight.dtype, weight.shape)], transB=1)
    made = emit("MatMul", [input, _ops.transpose(weight, 0, 1)])
    return made if bias is None else _ops.add(made, bias)


def _check_flattened(input, weight):
    """
    Refuses features of an image, of open sides, that a layer wants in one row: it has room for a number of squares, one
    for each channel. The width alone could be as much, of an image as wide as none is.
    """
    if input.ndim != 4:
        return
    count, channels, height, width = input.shape
    wants, made = weight.shape[1], weight.shape[0]
    if is_symbolic(channels) or not is_symbolic(height) or not is_symbolic(width) or is_symbolic(wants):
        return
    side = math.isqrt(wants // max(1, channels))
    # Rows of a spectrogram are no wider, and one that no layer made smaller has its width from the user.
    if channels > 1 and side > 1 and channels * side * side == wants >= 300 and "//" in repr(width):
        error = trace.ShapeMismatch(
            f"mat1 and mat2 shapes cannot be multiplied ({channels * side}*{count}x{side} and {wants}x{made})")
        error.side = side
        raise error


def bilinear(input1, input2, weight, bias=None):
    made = _ops.einsum("...i,oij,...j->...o", input1, weight, input2)
    return made if bias is None else made + bias


def _pads(padding, n, kernel, dilation, stride):
    if isinstance(padding, str):
        if padding == "valid":
            return [0] * (2 * n)
        if padding != "same":
            raise ValueError(f"Invalid padding string '{padding}', should be one of 'valid', 'same'")
        if any(s != 1 for s in stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
        total = [d * (k - 1) for k, d in zip(kernel, dilation)]
        return [t // 2 for t in total] + [t - t // 2 for t in total]
    p = _tuple(padding, n, "padding")
    return p + p


def _conv(n, input, weight, bias, stride, padding, dilation, groups):
    kernel = list(weight.shape[2:])
    stride, dilation = _tuple(stride, n, "stride"), _tuple(dilation, n, "dilation")
    x, single = _batched(input, n)
    made = emit(
        "Conv",
        [x, weight, bias],
        kernel_shape=kernel,
        strides=stride,
        pads=_pads(padding, n, kernel, dilation, stride),
        dilations=dilation,
        group=groups,
    )
    return _ops.squeeze(made, 0) if single else made


def _batched(input, n):
    """PyTorch also takes one sample without a batch."""
    if input.ndim == n + 1:
        return _ops.unsqueeze(input, 0), True
    return input, False


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def _conv_transpose(n, input, weight, bias, stride, padding, output_padding, groups, dilation):
    p = _tuple(padding, n, "padding")
    x, single = _batched(input, n)
    made = emit(
        "ConvTranspose",
        [x, weight, bias],
        kernel_shape=list(weight.shape[2:]),
        strides=_tuple(stride, n, "stride"),
        pads=p + p,
        output_padding=_tuple(output_padding, n, "output_padding"),
        dilations=_tuple(dilation, n, "dilation"),
        group=groups,
    )
    return _ops.squeeze(made, 0) if single else made


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return _conv_transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return _conv_transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return _conv_transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def _max_pool(n, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices):
    kernel = _tuple(kernel_size, n, "kernel_size")
    p = _tuple(padding, n, "padding")
    for half, k in zip(p, kernel):
        if half > k // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={half}, kernel_size={k} and "
                f"dilation={_tuple(dilation, n)[0]}"
            )
    x, single = _batched(input, n)
    window = dict(
        kernel_shape=kernel,
        strides=kernel if stride is None or stride == [] else _tuple(stride, n, "stride"),
        pads=p + p,
        dilations=_tuple(dilation, n, "dilation"),
        ceil_mode=1 if ceil_mode else 0,
    )
    made = [emit("MaxPool", [x], **window)]
    if return_indices:
        made.append(emit("MaxPoolIndices", [x], **window))
    if single:
        made = [_ops.squeeze(m, 0) for m in made]
    return tuple(made) if return_indices else made[0]


def _max_unpool(n, input, indices, kernel_size, stride=None, padding=0, output_size=None):
    kernel, p = _tuple(kernel_size, n, "kernel_size"), _tuple(padding, n, "padding")
    s = kernel if stride is None or stride == [] else _tuple(stride, n, "stride")
    if list(input.shape) != list(indices.shape):
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(input.shape)}) but got indices "
            f"tensor with shape: {list(indices.shape)}"
        )
    spatial = list(input.shape[-n:])
    size = [(d - 1) * s[i] - 2 * p[i] + kernel[i] for i, d in enumerate(spatial)]
    if output_size is not None:
        wanted = list(output_size)[-n:]
        for i, d in enumerate(wanted):
            if isinstance(size[i], int) and isinstance(d, int) and not size[i] - s[i] < d < size[i] + s[i]:
                raise ValueError(
                    f"invalid output_size \"{wanted}\" (dim {i} must be between {size[i] - s[i]} and {size[i] + s[i]})"
                )
        size = wanted
    lead = list(input.shape[:-n])
    cells = math.prod(size)
    flat = [*lead, math.prod(spatial)]
    made = _ops.scatter(_make.zeros(*lead, cells), -1, _ops.reshape(indices, *flat), _ops.reshape(input, *flat))
    return _ops.reshape(made, *lead, *size)


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)


def _fractional_max_pool(n, input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
                         _random_samples=None):
    """Windows whose places are drawn (Graham, Fractional Max-Pooling, 2014), once for each sample and channel."""
    kernel = _tuple(kernel_size, n, "kernel_size")
    x, single = _batched(input, n)
    spatial = list(x.shape[2:])
    if output_size is None:
        if output_ratio is None:
            raise ValueError(f"fractional_max_pool{n}d requires specifying either an output_size or an output_ratio")
        ratio = output_ratio if isinstance(output_ratio, (list, tuple)) else [output_ratio] * n
        output_size = [int(d * r) for d, r in zip(spatial, ratio)]
    out = _tuple(output_size, n, "output_size")
    samples = _make.rand(x.shape[0], x.shape[1], n) if _random_samples is None else _random_samples[: x.shape[0]]
    place = None
    for i in range(n):
        # Of images the first number is for the width; of volumes the numbers are in the axes' order.
        u = _ops.unsqueeze(_ops.select(samples, 2, n - 1 - i if n == 2 else i), -1)
        last = spatial[i] - kernel[i]
        starts = u * 0 + last
        if out[i] > 1:
            alpha = last / (out[i] - 1)
            steps = _make.arange(out[i] - 1)
            starts = _ops.cat([_ops.floor((u + steps) * alpha) - _ops.floor(u * alpha), starts], -1)
        # [N, C, out, kernel], with ones for the other axes.
        cells = _ops.unsqueeze(starts, -1) + _make.arange(kernel[i])
        shape = [1] * (2 * n)
        shape[i], shape[n + i] = out[i], kernel[i]
        cells = _ops.reshape(cells, x.shape[0], x.shape[1], *shape)
        place = cells if place is None else place * spatial[i] + cells
    places, count = math.prod(out), math.prod(kernel)
    place = _ops.cast(_ops.reshape(place, x.shape[0], x.shape[1], places * count), int64)
    values = _ops.reshape(_ops.gather(_ops.flatten(x, 2), 2, place), x.shape[0], x.shape[1], places, count)
    best = _ops.argmax(values, -1, True)
    made = [_ops.gather(values, 3, best)]
    if return_indices:
        made.append(_ops.gather(_ops.reshape(place, x.shape[0], x.shape[1], places, count), 3, best))
    made = [_ops.reshape(m, x.shape[0], x.shape[1], *out) for m in made]
    if single:
        made = [_ops.squeeze(m, 0) for m in made]
    return tuple(made) if return_indices else made[0]


def fractional_max_pool2d(input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
                          _random_samples=None):
    return _fractional_max_pool(2, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def fractional_max_pool3d(input, kernel_size, output_size=None, output_ratio=None, return_indices=False,
                          _random_samples=None):
    return _fractional_max_pool(3, input, kernel_size, output_size, output_ratio, return_indices, _random_samples)


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _avg_pool(n, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override=None):
    kernel = _tuple(kernel_size, n, "kernel_size")
    if divisor_override is not None:
        if ceil_mode:
            raise trace.Unsupported("average pooling with divisor_override and ceil_mode is not read yet")
        made = _avg_pool(n, input, kernel, stride, padding, False, True)
        return made * (math.prod(kernel) / divisor_override)
    p = _tuple(padding, n, "padding")
    if any(is_symbolic(k) for k in kernel) and (stride is None or stride == []) and not any(p):
        # A window as long as a sequence whose length is not known: the mean over it.
        spatial = list(input.shape[-n:])
        whole = [i - n for i, (k, s) in enumerate(zip(kernel, spatial)) if is_symbolic(k) and repr(k) == repr(s)]
        if all(k == 1 for i, k in enumerate(kernel) if i - n not in whole):
            return _ops.mean(input, whole, True)
    x, single = _batched(input, n)
    made = emit(
        "AveragePool",
        [x],
        kernel_shape=kernel,
        strides=kernel if stride is None or stride == [] else _tuple(stride, n, "stride"),
        pads=p + p,
        ceil_mode=1 if ceil_mode else 0,
        count_include_pad=1 if count_include_pad else 0,
    )
    return _ops.squeeze(made, 0) if single else made


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    return _avg_pool(1, input, kernel_size, stride, padding, ceil_mode, count_include_pad)


def avg_pool2d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):
    return _avg_pool(2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
               divisor_override=None):
    return _avg_pool(3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _adaptive_max(n, input, output_size, return_indices):
    if not return_indices:
        return _adaptive(n, input, output_size, "Max")
    given = list(output_size) if isinstance(output_size, (list, tuple)) else [output_size] * n
    spatial = input.shape[-n:]
    wanted = [s if w is None else w for w, s in zip(given, spatial)]
    if not all(isinstance(s, int) and isinstance(w, int) and s % w == 0 for w, s in zip(wanted, spatial)):
        raise trace.Unsupported(
            "return_indices of adaptive max pooling whose windows are not all of one size is not read yet")
    return _max_pool(n, input, [s // w for w, s in zip(wanted, spatial)], None, 0, 1, False, True)


def _adaptive(n, input, output_size, kind):
    given = list(output_size) if isinstance(output_size, (list, tuple)) else [output_size] * n
    spatial = input.shape[-n:]
    wanted = [s if w is None else w for w, s in zip(given, spatial)]
    x, single = _batched(input, n)
    if all(isinstance(w, int) and w == 1 for w in wanted):
        made = emit("GlobalAveragePool" if kind == "Average" else "GlobalMaxPool", [x])
    elif all(_equal(w, s) for w, s in zip(wanted, spatial)):
        made = x
    elif all(isinstance(s, int) and s % w == 0 for w, s in zip(wanted, spatial)):
        kernel = [s // w for w, s in zip(wanted, spatial)]
        made = emit(f"{kind}Pool", [x], kernel_shape=kernel, strides=kernel, pads=[0] * (2 * n))
    else:
        # Windows of different sizes: no operator of ONNX; ours carries the wanted size.
        made = emit(f"Adaptive{kind}Pool", [x], output_size=wanted)
    return _ops.squeeze(made, 0) if single else made


def _equal(a, b):
    return isinstance(a, type(b)) and a == b


def adaptive_avg_pool1d(input, output_size):
    return _adaptive(1, input, output_size, "Average")


def adaptive_avg_pool2d(input, output_size):
    return _adaptive(2, input, output_size, "Average")


def adaptive_avg_pool3d(input, output_size):
    return _adaptive(3, input, output_size, "Average")


def adaptive_max_pool1d(input, output_size, return_indices=False):
    return _adaptive_max(1, input, output_size, return_indices)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    return _adaptive_max(2, input, output_size, return_indices)


def adaptive_max_pool3d(input, output_size, return_indices=False):
    return _adaptive_max(3, input, output_size, return_indices)


def _lp_pool(n, input, norm_type, kernel_size, stride, ceil_mode):
    kernel = _tuple(kernel_size, n)
    pooled = _avg_pool(n, _ops.pow(input, norm_type), kernel, stride, 0, ceil_mode, True)
    # An odd power may sum to less than nothing, which PyTorch leaves to be no number.
    return _ops.pow(_ops.sign(pooled) * _ops.abs(pooled) * math.prod(kernel), 1 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


# Activations


def relu(input, inplace=False):
    return _changed(input, emit("Relu", [input]), inplace)


def _changed(input, made, inplace):
    return input._become(made) if inplace else made


def relu6(input, inplace=False):
    return hardtanh(input, 0, 6, inplace)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    # Unlike clamp's, its gradient is zero at the limits.
    return _changed(input, emit("Clip", [input], min=float(min_val), max=float(max_val), open=1), inplace)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    return _changed(input, emit("LeakyRelu", [input], alpha=float(negative_slope)), inplace)


def elu(input, alpha=1.0, inplace=False):
    return _changed(input, emit("Elu", [input], alpha=float(alpha)), inplace)


def selu(input, inplace=False):
    return _changed(
        input, emit("Selu", [input], alpha=1.6732632423543772848, gamma=1.0507009873554804934), inplace
    )


def celu(input, alpha=1.0, inplace=False):
    return _changed(input, emit("Celu", [input], alpha=float(alpha)), inplace)


def gelu(input, approximate="none"):
    return emit("Gelu", [input], approximate=approximate)


def silu(input, inplace=False):
    return _changed(input, emit("Swish", [input]), inplace)


swish = silu


def mish(input, inplace=False):
    return _changed(input, emit("Mish", [input]), inplace)


def softplus(input, beta=1, threshold=20):
    return emit("Softplus", [input], beta=float(beta), threshold=float(threshold))


def softsign(input):
    return emit("Softsign", [input])


def tanhshrink(input):
    return input - _ops.tanh(input)


def hardshrink(input, lambd=0.5):
    return _ops.where(_ops.gt(_ops.abs(input), lambd), input, 0.0)


def softshrink(input, lambd=0.5):
    return _ops.sub(input, _ops.clamp(input, -lambd, lambd))


def threshold(input, threshold, value, inplace=False):
    made = _ops.where(_ops.gt(input, threshold), input, float(value))
    return _changed(input, made, inplace)


def hardsigmoid(input, inplace=False):
    return _changed(input, emit("HardSigmoid", [input], alpha=1 / 6, beta=0.5), inplace)


def hardswish(input, inplace=False):
    return _changed(input, emit("HardSwish", [input]), inplace)


def logsigmoid(input):
    return _ops.neg(emit("Softplus", [_ops.neg(input)]))


def prelu(input, weight):
    if weight.numel() > 1 and input.ndim > 2:
        weight = _ops.reshape(weight, -1, *[1] * (input.ndim - 2))
    return emit("PRelu", [input, weight])


def rrelu(input, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    made = emit("LeakyRelu", [input], alpha=(lower + upper) / 2)
    slope = _make.rand_like(input) * (upper - lower) + lower
    drawn = _ops.where(input >= 0, input, input * slope)
    return _changed(input, _by_mode(training, drawn, made), inplace)


def _by_mode(training, learning, else_):
    """What a flag says: one of two values now, or which of the two the run computes."""
    if isinstance(training, TrainingFlag):
        return emit("TrainingBranch", [learning, else_])
    return learning if training else else_


def glu(input, dim=-1):
    length = input.shape[axis(dim, input.ndim)]
    if isinstance(length, int) and length % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {axis(dim, input.ndim)} is size {length}"
        )
    a, b = _ops.split(input, [length // 2, length // 2], dim)
    return a * _ops.sigmoid(b)


def sigmoid(input):
    return _ops.sigmoid(input)


def tanh(input):
    return _ops.tanh(input)


def _implicit(input, dim):
    if dim is None:
        dim = 0 if input.ndim in (0, 1, 3) else 1
    return dim


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _ops.softmax(input, _implicit(input, dim), dtype)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    return _ops.log_softmax(input, _implicit(input, dim), dtype)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    return softmax(-input, dim)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """Jang et al. 2017. The noise is drawn anew in each run, in evaluation too, as PyTorch does."""
    chance = _ops.clamp(_make.rand_like(logits), 1e-30, 1 - 2**-24)
    soft = softmax((logits - _ops.log(-_ops.log(chance))) / tau, dim)
    if not hard:
        return soft
    # The largest, as a vector of 0 and 1; the gradient is that of the soft one.
    depth = logits.shape[dim]
    one = _ops.cast(_ops.movedim(_ops.one_hot(_ops.argmax(soft, dim), depth), -1, dim), soft.dtype)
    return one - _ops.detach(soft) + soft


# Dropout


def dropout(input, p=0.5, training=True, inplace=False):
    p = modes.rate(p)
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not isinstance(training, TrainingFlag) and not training:
        return input
    return _changed(input, emit("Dropout", [input], ratio=float(p)), inplace)


def _alpha(input, p, training, inplace, channels):
    """Self-normalising networks' dropout (Klambauer et al. 2017): to SELU's limit, and back to mean 0 and variance 1."""
    if p < 0.0 or p > 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if p == 1:
        return _changed(input, _by_mode(training, input * 0, input), inplace)
    limit = 1.7580993408473766
    shape = list(input.shape)
    if channels:
        shape = shape[:2] + [1] * (len(shape) - 2)
    kept = _ops.cast(_make.rand(*shape) >= p, input.dtype)
    a = 1 / math.sqrt((1 - p) * (1 + p * limit**2))
    made = (input * kept - limit * (1 - kept)) * a + a * p * limit
    return _changed(input, _by_mode(training, made, input), inplace)


def alpha_dropout(input, p=0.5, training=False, inplace=False):
    return _alpha(input, p, training, inplace, False)


def feature_alpha_dropout(input, p=0.5, training=False, inplace=False):
    return _alpha(input, p, training, inplace, True)


def _channel_dropout(input, p=0.5, training=True, inplace=False):
    if not isinstance(training, TrainingFlag) and not training:
        return input
    return _changed(input, emit("Dropout", [input], ratio=float(p), channels=1), inplace)


dropout1d = dropout2d = dropout3d = _channel_dropout


# Normalization


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    channels = input.shape[1]
    for held, name in ((weight, "weight"), (running_mean, "running_mean")):
        if held is not None and isinstance(channels, int) and held.shape[0] != channels:
            error = trace.ShapeMismatch(
                f"running_mean should contain {channels} elements not {held.shape[0]}"
            )
            error.fix = {"argument": "num_features", "found": held.shape[0], "expected": channels}
            raise error
    if momentum is None and running_mean is not None:
        raise trace.Unsupported(
            "momentum=None of batch normalization, a cumulative average of the running statistics, is not read yet")
    if not isinstance(training, TrainingFlag) and not trace.asked:
        # Said outright, and not by a condition on self.training: the statistics are the same in every run.
        if training and running_mean is not None:
            raise trace.Unsupported(
                "F.batch_norm with training=True, which changes its statistics in evaluation too, is not read yet")
        if not training and running_mean is not None:
            wide = [-1] + [1] * (input.ndim - 2)
            mean, var = (_ops.detach(_ops.reshape(t, *wide)) for t in (running_mean, running_var))
            made = (input - mean) / _ops.sqrt(var + eps)
            if weight is not None:
                made = made * _ops.reshape(weight, *wide)
            return made if bias is None else made + _ops.reshape(bias, *wide)
    return emit(
        "BatchNormalization",
        [input, weight, bias, running_mean, running_var],
        epsilon=float(eps),
        momentum=1 - float(0.1 if momentum is None else momentum),
    )


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    shape = [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
    last = list(input.shape[-len(shape) :]) if len(shape) <= input.ndim else None
    if last is None or any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(last, shape)):
        wanted = ", ".join(str(s) for s in shape)
        error = trace.ShapeMismatch(
            f"Given normalized_shape=[{wanted}], expected input with shape [*, {wanted}], but got input of size"
            f"[{', '.join(str(d) for d in input.shape)}]"
        )
        if len(shape) == 1 and last:
            error.fix = {"argument": "normalized_shape", "found": shape[0], "expected": last[0]}
        raise error
    if weight is None:
        weight = _make.ones(*shape)
    return emit("LayerNormalization", [input, weight, bias], axis=-len(shape), epsilon=float(eps))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    eps = 1.1920928955078125e-07 if eps is None else eps
    if weight is not None:
        return emit("RMSNormalization", [input, weight], axis=-len(normalized_shape), epsilon=float(eps))
    axes = [-i for i in range(len(normalized_shape), 0, -1)]
    axes = [a + input.ndim for a in axes]
    spread = emit("ReduceMean", [input * input], axes=axes, keepdims=1)
    return input * _ops.rsqrt(spread + eps)


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    channels = input.shape[1]
    if isinstance(channels, int) and channels % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of shape "
            f"[{', '.join(str(d) for d in input.shape)}] and num_groups={num_groups}"
        )
    weight = _make.ones(channels) if weight is None else weight
    bias = _make.zeros(channels) if bias is None else bias
    return emit("GroupNormalization", [input, weight, bias], num_groups=num_groups, epsilon=float(eps))


def instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True,
                  momentum=0.1, eps=1e-5):
    if running_mean is None and not use_input_stats:
        raise RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false")
    channels = input.shape[1]
    scale = _make.ones(channels) if weight is None else weight
    shift = _make.zeros(channels) if bias is None else bias
    own = emit("InstanceNormalization", [input, scale, shift], epsilon=float(eps))
    if running_mean is None:
        return own
    # By each sample's own numbers while it trains, by what was kept of them in evaluation.
    places = list(range(2, input.ndim))
    now = _ops.detach(input)
    kept = [
        _ops.add(_ops.mul(old, 1 - momentum), _ops.mul(_ops.mean(new, 0), momentum))
        for old, new in ((running_mean, _ops.mean(now, places)), (running_var, _ops.var(now, places)))
    ]
    mean, var = (
        _ops.detach(emit("TrainingBranch", [emit("Remember", [old, new]), old]))
        for old, new in zip((running_mean, running_var), kept)
    )
    wide = [1, -1] + [1] * (input.ndim - 2)
    made = (input - _ops.reshape(mean, *wide)) / _ops.sqrt(_ops.reshape(var, *wide) + eps)
    if weight is not None:
        made = made * _ops.reshape(weight, *wide)
    if bias is not None:
        made = made + _ops.reshape(bias, *wide)
    return emit("TrainingBranch", [own, made])


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    # ONNX has the larger half of an even window after the channel, PyTorch before it.
    shift = {"before": size // 2} if size % 2 == 0 else {}
    return emit("LRN", [input], size=size, alpha=float(alpha), beta=float(beta), bias=float(k), **shift)


def normalize(input, p=2.0, dim=1, eps=1e-12):
    return input / _ops.clamp(_ops.norm(input, p, dim, True), eps)


# Sequences


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    if input.dtype.is_floating_point:
        raise RuntimeError(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got "
            "torch.FloatTensor instead (while checking arguments for embedding)"
        )
    if scale_grad_by_freq:
        raise trace.Unsupported("scale_grad_by_freq of an embedding is not read yet")
    if max_norm is not None:
        raise trace.Unsupported("max_norm of an embedding, which changes its weights while it reads, is not read yet")
    if padding_idx is not None and padding_idx < 0:
        padding_idx += weight.shape[0]
    return emit("Gather", [weight, input], axis=0, nonnegative=1, padding_idx=padding_idx)


def embedding_bag(input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean",
                  sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None):
    if mode not in ("mean", "sum", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if max_norm is not None:
        raise trace.Unsupported("max_norm of an embedding bag, which changes its weights while it reads, is not read yet")
    if scale_grad_by_freq:
        raise trace.Unsupported("scale_grad_by_freq of an embedding bag is not read yet")
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' "
            f"(got mode='{mode}'). Please open a feature request on GitHub."
        )
    if input.ndim == 2 and offsets is not None:
        raise ValueError(
            "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
            f"sequences. However, found offsets of type {type(offsets)}"
        )
    if input.ndim == 1 and offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    if padding_idx is not None and padding_idx < 0:
        padding_idx += weight.shape[0]
    rows = embedding(input, weight, padding_idx)
    counted = None if padding_idx is None else _ops.cast(_ops.ne(input, padding_idx), float32)
    share = counted if per_sample_weights is None else (
        per_sample_weights if counted is None else per_sample_weights * counted)
    if input.ndim == 2:
        if mode == "max":
            return _largest(rows, counted)
        if share is not None:
            rows = rows * _ops.unsqueeze(share, -1)
        total = _ops.sum(rows, 1)
        if mode == "sum":
            return total
        return total / (_ops.clamp(_ops.sum(counted, 1, True), min=1.0) if counted is not None else input.shape[1])
    # [bags, places]: 1 from a bag's start on, less what belongs to the bags behind it.
    since = _ops.cast(_ops.ge(_ops.unsqueeze(_make.arange(input.shape[0]), 0), _ops.unsqueeze(offsets, 1)), float32)
    member = (since[:-1] - since[1:] if include_last_offset
              else since - _ops.cat([since[1:], since[:1] * 0], 0))
    if counted is not None:
        member = member * counted
    if mode == "max":
        return _largest(_ops.unsqueeze(rows, 0), member)
    if per_sample_weights is not None:
        rows = rows * _ops.unsqueeze(per_sample_weights, -1)
    total = _ops.matmul(member, rows)
    return total if mode == "sum" else total / _ops.clamp(_ops.sum(member, 1, True), min=1.0)


def _largest(rows, member):
    """The largest of each bag's rows [bags, places, width] among its members; 0 where there are none."""
    if member is None:
        return _ops.amax(rows, 1)
    inside = _ops.gt(_ops.unsqueeze(member, -1), 0)
    most = _ops.amax(_ops.where(inside, rows, -3.4e38), 1)
    return _ops.where(_ops.gt(_ops.sum(member, 1, True), 0), most, 0.0)


def one_hot(tensor, num_classes=-1):
    return _ops.one_hot(tensor, num_classes)


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                 enable_gqa=False):
    if scale is None:
        width = query.shape[-1]
        scale = 1 / math.sqrt(width)
    if enable_gqa:
        # Each head of keys and values serves as many heads of queries as it takes.
        key = _ops.repeat_interleave(key, query.shape[-3] // key.shape[-3], -3)
        value = _ops.repeat_interleave(value, query.shape[-3] // value.shape[-3], -3)
    scores = _ops.matmul(query * scale, _ops.transpose(key, -2, -1))
    if is_causal and attn_mask is not None:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if is_causal:
        rows, columns = query.shape[-2], key.shape[-2]
        allowed = _ops.tril(_make.ones(rows, columns, dtype=bool_))
        scores = _ops.where(allowed, scores, -math.inf)
    if attn_mask is not None:
        if attn_mask.dtype is bool_:
            scores = _ops.where(attn_mask, scores, -math.inf)
        else:
            scores = scores + attn_mask
    weights = _ops.softmax(scores, -1)
    dropout_p = modes.rate(dropout_p)
    if dropout_p > 0:
        weights = dropout(weights, dropout_p, TrainingFlag())
    return _ops.matmul(weights, value)


def multi_head_attention_forward(*arguments, **options):
    from ._attention import multi_head_attention_forward as attention

    return attention(*arguments, **options)


# Vision


def pad(input, pad, mode="constant", value=None):
    pad = [to_int(p) for p in pad]
    rank = input.ndim
    before, after = [0] * rank, [0] * rank
    for i in range(len(pad) // 2):
        before[rank - 1 - i], after[rank - 1 - i] = pad[2 * i], pad[2 * i + 1]
    if all(isinstance(p, int) and p == 0 for p in pad):
        return input
    onnx = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}.get(mode)
    if onnx is None:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    return emit("Pad", [input], pads=before + after, mode=onnx, value=float(value or 0))


def interpolate(input, size=None, scale_factor=None, mode="nearest", align_corners=None,
                recompute_scale_factor=None, antialias=False):
    n = input.ndim - 2
    spatial = list(input.shape[2:])
    if (size is None) == (scale_factor is None):
        raise ValueError(
            "either size or scale_factor should be defined" if size is None else
            "only one of size or scale_factor should be defined"
        )
    if size is not None:
        wanted = list(size) if isinstance(size, (list, tuple)) else [size] * n
    else:
        factors = list(scale_factor) if isinstance(scale_factor, (list, tuple)) else [scale_factor] * n
        wanted = [
            d * int(f) if float(f).is_integer() else to_int(d * f) if is_symbolic(d) else math.floor(d * f)
            for d, f in zip(spatial, factors)
        ]
    if align_corners is not None and mode in ("nearest", "nearest-exact", "area"):
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    if antialias:
        if n != 2 or mode not in ("bilinear", "bicubic"):
            raise ValueError("Anti-alias option is restricted to bilinear and bicubic modes and requires a 4-D tensor as input")
        given = [None] * 2 if scale_factor is None or recompute_scale_factor else factors
        return _smoothed(input, wanted, given, mode, align_corners)
    if mode == "area":
        return _adaptive(n, input, wanted, "Average")
    kinds = {"nearest": "nearest", "nearest-exact": "nearest", "linear": "linear", "bilinear": "linear",
             "trilinear": "linear", "bicubic": "cubic"}
    if mode not in kinds:
        raise trace.Unsupported(f"interpolate with mode={mode!r} is not read yet")
    # PyTorch takes places by the factor that it was given, not by the sizes that come of it.
    scales = None
    if scale_factor is not None and not recompute_scale_factor and not align_corners:
        if any(not float(f).is_integer() for f in factors):
            scales = [1.0, 1.0, *[float(f) for f in factors]]
    transformation = "asymmetric" if mode == "nearest" else "align_corners" if align_corners else "half_pixel"
    return emit("Resize", [input], sizes=[*input.shape[:2], *wanted], mode=kinds[mode],
                coordinate_transformation_mode=transformation,
                nearest_mode="floor" if mode == "nearest" else "round_prefer_ceil", scales=scales)


def _smoothed(input, wanted, factors, mode, align_corners):
    """Resized with a filter that widens as the picture shrinks: along each axis a product with a known matrix."""
    made = input
    for d, (length, out, factor) in enumerate(zip(input.shape[2:], wanted, factors)):
        if is_symbolic(length) or is_symbolic(out):
            raise trace.Unsupported("interpolate with antialias=True of a picture whose size is not known is not read yet")
        step = length / out if factor is None else 1 / factor
        if align_corners:
            step = (length - 1) / (out - 1) if out > 1 else 0.0
        spread = max(step, 1.0)
        reach = (1 if mode == "bilinear" else 2) * spread
        rows = []
        for i in range(out):
            centre = step * (i + 0.5)
            first, last = max(int(centre - reach + 0.5), 0), min(int(centre + reach + 0.5), length)
            weights = [_kernel(mode, (j - centre + 0.5) / spread) for j in range(first, last)]
            total = math.fsum(weights)
            rows.append([0.0] * first + [w / total if total else w for w in weights] + [0.0] * (length - last))
        matrix = _make.tensor(rows)
        made = _ops.matmul(matrix, made) if d == 0 else _ops.matmul(made, _ops.transpose(matrix, 0, 1))
    return made


def _kernel(mode, x):
    """The triangle, or Keys' cubic with -0.5 as PyTorch has it where it smooths."""
    x = abs(x)
    if mode == "bilinear":
        return max(0.0, 1 - x)
    a = -0.5
    if x < 1:
        return ((a + 2) * x - (a + 3)) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * a if x < 2 else 0.0


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    return interpolate(input, size, scale_factor, mode, align_corners)


def _windows(channels, kernel):
    """A convolution's weight that picks each place of a window: [channels * places, 1, *kernel]."""
    places = math.prod(kernel)
    return _ops.repeat(_ops.reshape(_make.eye(places), places, 1, *kernel), channels, 1, *[1] * len(kernel))


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    kernel = _tuple(kernel_size, 2)
    x, single = _batched(input, 2)
    channels = x.shape[1]
    made = _ops.flatten(conv2d(x, _windows(channels, kernel), None, stride, padding, dilation, channels), 2)
    return _ops.squeeze(made, 0) if single else made


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    kernel, size = _tuple(kernel_size, 2), _tuple(output_size, 2)
    d, p, s = _tuple(dilation, 2), _tuple(padding, 2), _tuple(stride, 2)
    places = math.prod(kernel)
    x = _ops.unsqueeze(input, 0) if input.ndim == 2 else input
    channels = x.shape[1] // places
    count = [(size[i] + 2 * p[i] - d[i] * (kernel[i] - 1) - 1) // s[i] + 1 for i in range(2)]
    x = _ops.reshape(x, x.shape[0], channels * places, *count)
    rest = [size[i] - ((count[i] - 1) * s[i] - 2 * p[i] + d[i] * (kernel[i] - 1) + 1) for i in range(2)]
    made = conv_transpose2d(x, _windows(channels, kernel), None, s, p, rest, channels, d)
    return _ops.squeeze(made, 0) if input.ndim == 2 else made


def affine_grid(theta, size, align_corners=None):
    if len(size) != 4:
        raise trace.Unsupported("affine_grid for volumes is not read yet")
    axes = []
    for length in size[2:]:
        steps = _make.arange(length)
        axes.append(steps * (2 / max(length - 1, 1)) - 1 if align_corners else (steps * 2 + 1) / length - 1)
    h, w = size[2], size[3]
    y = _ops.expand(_ops.reshape(axes[0], h, 1), h, w)
    x = _ops.expand(_ops.reshape(axes[1], 1, w), h, w)
    places = _ops.reshape(_ops.stack([x, y, _make.ones(h, w)], -1), h * w, 3)
    return _ops.reshape(_ops.matmul(places, _ops.transpose(theta, 1, 2)), -1, h, w, 2)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    kinds = {"bilinear": "linear", "nearest": "nearest", "bicubic": "cubic"}
    if mode not in kinds:
        raise ValueError(f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError("nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', "
                         f"but got: '{padding_mode}'")
    return emit("GridSample", [input, grid], mode=kinds[mode], padding_mode=padding_mode,
                align_corners=int(bool(align_corners)))


def upsample_nearest(input, size=None, scale_factor=None):
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input, size=None, scale_factor=None):
    return interpolate(input, size, scale_factor, "bilinear", True)


def pixel_shuffle(input, upscale_factor):
    n, c, h, w = input.shape
    r = upscale_factor
    if isinstance(c, int) and c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of "
            f"upscale_factor, but input.size(-3)={c} is not divisible by {r * r}"
        )
    x = _ops.reshape(input, n, c // (r * r), r, r, h, w)
    return _ops.reshape(_ops.permute(x, 0, 1, 4, 2, 5, 3), n, c // (r * r), h * r, w * r)


def pixel_unshuffle(input, downscale_factor):
    n, c, h, w = input.shape
    r = downscale_factor
    x = _ops.reshape(input, n, c, h // r, r, w // r, r)
    return _ops.reshape(_ops.permute(x, 0, 1, 3, 5, 2, 4), n, c * r * r, h // r, w // r)


def channel_shuffle(input, groups):
    n, c, *rest = input.shape
    x = _ops.transpose(_ops.reshape(input, n, groups, c // groups, *rest), 1, 2)
    return _ops.reshape(x, n, c, *rest)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    return _ops.norm(x1 - x2 + eps, p, -1, keepdim)


cosine_similarity = _ops.cosine_similarity


def __getattr__(name):
    from _vitrine import unknown

    if name.endswith("_") and not name.startswith("_") and name[:-1] in globals():
        return _ops._in_place(globals()[name[:-1]])
    return unknown.attribute("torch.nn.functional", name)

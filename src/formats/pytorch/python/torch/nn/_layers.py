"""The layers: their parameters, how these begin, and what they call. Names and defaults are PyTorch's."""

import copy
import math

from _vitrine import channel, trace, unknown
from _vitrine.sizes import is_symbolic, to_int

from .. import _make, _ops
from .._tensor import Tensor, bool_, emit, float32, get_default_dtype, int64
from . import functional as F
from . import init
from ._module import Buffer, Module, ModuleList, Parameter, UninitializedParameter


def _weight(*shape):
    kind = get_default_dtype()
    for d in shape:
        if type(d) is not int or not 0 <= d < 1 << 53:
            return Parameter(_make.zeros(*shape))
    # Most of what is made while a file is typed: in one step.
    made = object.__new__(Parameter)
    made._fill(channel.later("leaf", kind.name, list(shape), _ZEROS), kind, shape)
    made._init, made.requires_grad = _ZEROS, True
    return made


_ZEROS = {"kind": "zeros"}


def _whole(**numbers):
    """Sizes of layers are whole numbers; a float is an error where it is given, as in PyTorch. What is not known is
    an example from here on."""
    out = []
    for name, value in numbers.items():
        if is_symbolic(value):
            raise trace.SymbolicSize(repr(value))
        if unknown.is_unknown(value):
            value = unknown.example(value)
        if isinstance(value, float) or not hasattr(value, "__index__"):
            advice = "; // divides without a fraction" if isinstance(value, float) and value.is_integer() else ""
            raise TypeError(f"{name} must be a whole number, not {type(value).__name__} ({value!r}){advice}")
        # numpy's product of an observation's shape is an array of one number.
        out.append(value.__index__() if isinstance(value, Tensor) else value)
    return out


class Identity(Module):
    def __init__(self, *_, **__):
        super().__init__()

    def forward(self, input):
        return input


class Linear(Module):
    def __init__(self, in_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        in_features, out_features = _whole(in_features=in_features, out_features=out_features)
        self.in_features, self.out_features = in_features, out_features
        self.weight = _weight(out_features, in_features)
        if bias:
            self.bias = _weight(out_features)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
        )


class NonDynamicallyQuantizableLinear(Linear):
    """What nn.MultiheadAttention calls its last layer."""


class LazyLinear(Linear):
    def __init__(self, out_features, bias=True, device=None, dtype=None):
        Module.__init__(self)
        self.in_features, self.out_features, self._with_bias = 0, out_features, bias
        self.weight = UninitializedParameter()
        if bias:
            self.bias = UninitializedParameter()
        else:
            self.register_parameter("bias", None)
        object.__setattr__(self, "_materialize", self._fit)

    def _fit(self, input):
        width = input.shape[-1]
        if is_symbolic(width):
            raise trace.SymbolicSize(repr(width))
        if self.in_features == width:
            return
        _set_up(lambda: Linear.__init__(self, width, self.out_features, self._with_bias))
        _become(self, Linear, self._fit)


def _set_up(build):
    """Lazy layers are built in forward, but their parameters belong to the constructor."""
    was, trace.tracing = trace.tracing, False
    try:
        build()
    finally:
        trace.tracing = was


def _become(module, cls, fit):
    """A lazy layer that knows its size is an ordinary one; tried with another size it is built again."""
    object.__setattr__(module, "_materialize", fit)
    object.__setattr__(module, "_shown", cls.__name__)


class Bilinear(Module):
    def __init__(self, in1_features, in2_features, out_features, bias=True, device=None, dtype=None):
        super().__init__()
        self.in1_features, self.in2_features, self.out_features = in1_features, in2_features, out_features
        bound = 1 / math.sqrt(in1_features)
        self.weight = _weight(out_features, in1_features, in2_features)
        init.uniform_(self.weight, -bound, bound)
        if bias:
            self.bias = _weight(out_features)
            init.uniform_(self.bias, -bound, bound)
        else:
            self.register_parameter("bias", None)

    def forward(self, input1, input2):
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self):
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, "
            f"out_features={self.out_features}, bias={self.bias is not None}"
        )


class Flatten(Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return _ops.flatten(input, self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return _ops.unflatten(input, self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


def _fields(*names):
    def extra_repr(self):
        return ", ".join(f"{n}={getattr(self, n)}" for n in names)

    return extra_repr


# Convolutions


class _ConvNd(Module):
    _n = 2
    _transposed = False

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros", device=None, dtype=None, output_padding=0):
        super().__init__()
        in_channels, out_channels, groups = _whole(
            in_channels=in_channels, out_channels=out_channels, groups=groups
        )
        n = self._n
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = tuple(F._tuple(kernel_size, n, "kernel_size"))
        self.stride = tuple(F._tuple(stride, n, "stride"))
        self.padding = padding if isinstance(padding, str) else tuple(F._tuple(padding, n, "padding"))
        self.dilation = tuple(F._tuple(dilation, n, "dilation"))
        self.output_padding = tuple(F._tuple(output_padding, n, "output_padding"))
        self.groups, self.padding_mode, self.transposed = groups, padding_mode, self._transposed
        if self._transposed:
            self.weight = _weight(in_channels, out_channels // groups, *self.kernel_size)
        else:
            self.weight = _weight(out_channels, in_channels // groups, *self.kernel_size)
        if bias:
            self.bias = _weight(out_channels)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def _conv_forward(self, input, weight, bias):
        padding = self.padding
        if self.padding_mode != "zeros":
            around = F._pads(padding, self._n, self.kernel_size, self.dilation, self.stride)
            flat = []
            for i in reversed(range(self._n)):
                flat += [around[i], around[i + self._n]]
            input = F.pad(input, flat, self.padding_mode)
            padding = 0
        return F._conv(self._n, input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def forward(self, input):
        return self._conv_forward(input, self.weight, self.bias)

    def extra_repr(self):
        s = (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        )
        if isinstance(self.padding, str) or any(self.padding):
            s += f", padding={self.padding}"
        if any(d != 1 for d in self.dilation):
            s += f", dilation={self.dilation}"
        if any(self.output_padding):
            s += f", output_padding={self.output_padding}"
        if self.groups != 1:
            s += f", groups={self.groups}"
        if self.bias is None:
            s += ", bias=False"
        if self.padding_mode != "zeros":
            s += f", padding_mode={self.padding_mode}"
        return s


class Conv1d(_ConvNd):
    _n = 1


class Conv2d(_ConvNd):
    _n = 2


class Conv3d(_ConvNd):
    _n = 3


class _ConvTransposeNd(_ConvNd):
    _transposed = True

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1,
                 bias=True, dilation=1, padding_mode="zeros", device=None, dtype=None):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias,
                         padding_mode, output_padding=output_padding)

    def forward(self, input, output_size=None):
        more = self.output_padding if output_size is None else self._rest_to(list(output_size), input)
        return F._conv_transpose(self._n, input, self.weight, self.bias, self.stride, self.padding,
                                 more, self.groups, self.dilation)

    def _rest_to(self, wanted, input):
        """The padding of the output with which it gets the size that is wanted."""
        n = self._n
        if len(wanted) not in (n, input.ndim):
            raise ValueError(
                f"ConvTranspose{n}D: for {input.ndim}D input, output_size must have {n} or {input.ndim} elements "
                f"(got {len(wanted)})"
            )
        least = [
            (d - 1) * s - 2 * p + e * (k - 1) + 1
            for d, s, p, e, k in zip(input.shape[-n:], F._tuple(self.stride, n), F._tuple(self.padding, n),
                                     F._tuple(self.dilation, n), self.weight.shape[2:])
        ]
        rest = [to_int(w - m) for w, m in zip(wanted[-n:], least)]
        for r, s in zip(rest, F._tuple(self.stride, n)):
            if isinstance(r, int) and not 0 <= r < s:
                most = [m + s - 1 for m, s in zip(least, F._tuple(self.stride, n))]
                raise ValueError(
                    f"requested an output size of {wanted[-n:]}, but valid sizes range from {least} to {most} "
                    f"(for an input of {list(input.shape[2:])})"
                )
        return rest


class ConvTranspose1d(_ConvTransposeNd):
    _n = 1


class ConvTranspose2d(_ConvTransposeNd):
    _n = 2


class ConvTranspose3d(_ConvTransposeNd):
    _n = 3


class _LazyConv:
    def __init__(self, out_channels, kernel_size, *arguments, **options):
        Module.__init__(self)
        self.in_channels, self.out_channels = 0, out_channels
        self._rest = (out_channels, kernel_size, *arguments), options
        self.weight = UninitializedParameter()
        object.__setattr__(self, "_materialize", self._fit)

    def _fit(self, input):
        channels = input.shape[1]
        if self.in_channels != channels:
            arguments, options = self._rest
            _set_up(lambda: self._base.__init__(self, channels, *arguments, **options))
            _become(self, self._base, self._fit)


class LazyConv1d(_LazyConv, Conv1d):
    _base = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    _base = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    _base = Conv3d


class LazyConvTranspose2d(_LazyConv, ConvTranspose2d):
    _base = ConvTranspose2d


# Pooling


class _MaxPool(Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input):
        return F._max_pool(self._n, input, self.kernel_size, self.stride, self.padding, self.dilation,
                           self.ceil_mode, self.return_indices)

    extra_repr = _fields("kernel_size", "stride", "padding", "dilation", "ceil_mode")


class MaxPool1d(_MaxPool):
    _n = 1


class MaxPool2d(_MaxPool):
    _n = 2


class MaxPool3d(_MaxPool):
    _n = 3


class _MaxUnpool(Module):
    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding = padding

    def forward(self, input, indices, output_size=None):
        return F._max_unpool(self._n, input, indices, self.kernel_size, self.stride, self.padding, output_size)

    extra_repr = _fields("kernel_size", "stride", "padding")


class MaxUnpool1d(_MaxUnpool):
    _n = 1


class MaxUnpool2d(_MaxUnpool):
    _n = 2


class MaxUnpool3d(_MaxUnpool):
    _n = 3


class _FractionalMaxPool(Module):
    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        super().__init__()
        if (output_size is None) == (output_ratio is None):
            raise ValueError(
                f"{type(self).__name__} requires specifying either an output size, or a pooling ratio"
                if output_size is None else "only one of output_size and output_ratio may be specified"
            )
        self.kernel_size, self.return_indices = kernel_size, return_indices
        self.output_size, self.output_ratio = output_size, output_ratio
        self._random_samples = _random_samples

    def forward(self, input):
        return F._fractional_max_pool(self._n, input, self.kernel_size, self.output_size, self.output_ratio,
                                      self.return_indices, self._random_samples)

    extra_repr = _fields("kernel_size")


class FractionalMaxPool2d(_FractionalMaxPool):
    _n = 2


class FractionalMaxPool3d(_FractionalMaxPool):
    _n = 3


class _AvgPool(Module):
    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True,
                 divisor_override=None):
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride if stride is not None else kernel_size
        self.padding, self.ceil_mode, self.count_include_pad = padding, ceil_mode, count_include_pad
        self.divisor_override = divisor_override

    def forward(self, input):
        return F._avg_pool(self._n, input, self.kernel_size, self.stride, self.padding, self.ceil_mode,
                           self.count_include_pad, self.divisor_override)

    extra_repr = _fields("kernel_size", "stride", "padding")


class AvgPool1d(_AvgPool):
    _n = 1


class AvgPool2d(_AvgPool):
    _n = 2


class AvgPool3d(_AvgPool):
    _n = 3


def _adaptive_class(n, kind, name):
    class Adaptive(Module):
        def __init__(self, output_size, return_indices=False):
            super().__init__()
            self.output_size, self.return_indices = output_size, return_indices

        def forward(self, input):
            if kind == "Max":
                return F._adaptive_max(n, input, self.output_size, self.return_indices)
            return F._adaptive(n, input, self.output_size, kind)

        extra_repr = _fields("output_size")

    Adaptive.__name__ = Adaptive.__qualname__ = name
    return Adaptive


AdaptiveAvgPool1d = _adaptive_class(1, "Average", "AdaptiveAvgPool1d")
AdaptiveAvgPool2d = _adaptive_class(2, "Average", "AdaptiveAvgPool2d")
AdaptiveAvgPool3d = _adaptive_class(3, "Average", "AdaptiveAvgPool3d")
AdaptiveMaxPool1d = _adaptive_class(1, "Max", "AdaptiveMaxPool1d")
AdaptiveMaxPool2d = _adaptive_class(2, "Max", "AdaptiveMaxPool2d")
AdaptiveMaxPool3d = _adaptive_class(3, "Max", "AdaptiveMaxPool3d")


class LPPool2d(Module):
    _pool = staticmethod(F.lp_pool2d)

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input):
        return self._pool(input, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)


class LPPool1d(LPPool2d):
    _pool = staticmethod(F.lp_pool1d)


class LPPool3d(LPPool2d):
    _pool = staticmethod(F.lp_pool3d)


class Unfold(Module):
    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input):
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(Module):
    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input):
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)


# Activations without parameters: a class for each function, by the names of their arguments.


def _activation(name, function, *fields, **defaults):
    """A module class whose constructor takes `defaults` in order and calls function(input, **fields)."""
    order = list(defaults)
    inplace = "inplace" in defaults

    class Activation(Module):
        def __init__(self, *arguments, **options):
            super().__init__()
            values = dict(defaults)
            if len(arguments) > len(order):
                raise TypeError(
                    f"{name}.__init__() takes from 1 to {len(order) + 1} positional arguments but "
                    f"{len(arguments) + 1} were given"
                )
            values.update(zip(order, arguments))
            for key, value in options.items():
                if key not in values:
                    raise TypeError(f"{name}.__init__() got an unexpected keyword argument '{key}'")
                values[key] = value
            for key, value in values.items():
                setattr(self, key, value)

        def forward(self, input):
            return function(input, **{k: getattr(self, k) for k in order if k not in ("training", "num_parameters")})

        def extra_repr(self):
            parts = [f"{k}={getattr(self, k)!r}" for k in fields]
            if inplace and self.inplace:
                parts.append("inplace=True")
            return ", ".join(parts)

    Activation.__name__ = Activation.__qualname__ = name
    return Activation


ReLU = _activation("ReLU", F.relu, inplace=False)
ReLU6 = _activation("ReLU6", F.relu6, inplace=False)
LeakyReLU = _activation("LeakyReLU", F.leaky_relu, "negative_slope", negative_slope=0.01, inplace=False)
ELU = _activation("ELU", F.elu, "alpha", alpha=1.0, inplace=False)
SELU = _activation("SELU", F.selu, inplace=False)
CELU = _activation("CELU", F.celu, "alpha", alpha=1.0, inplace=False)
GELU = _activation("GELU", F.gelu, "approximate", approximate="none")
SiLU = _activation("SiLU", F.silu, inplace=False)
Mish = _activation("Mish", F.mish, inplace=False)
Sigmoid = _activation("Sigmoid", F.sigmoid)
Tanh = _activation("Tanh", F.tanh)
Softplus = _activation("Softplus", F.softplus, "beta", "threshold", beta=1.0, threshold=20.0)
Softsign = _activation("Softsign", F.softsign)
Tanhshrink = _activation("Tanhshrink", F.tanhshrink)
Hardshrink = _activation("Hardshrink", F.hardshrink, "lambd", lambd=0.5)
Softshrink = _activation("Softshrink", F.softshrink, "lambd", lambd=0.5)
Hardtanh = _activation("Hardtanh", F.hardtanh, "min_val", "max_val", min_val=-1.0, max_val=1.0, inplace=False)
Hardsigmoid = _activation("Hardsigmoid", F.hardsigmoid, inplace=False)
Hardswish = _activation("Hardswish", F.hardswish, inplace=False)
LogSigmoid = _activation("LogSigmoid", F.logsigmoid)


class RReLU(Module):
    def __init__(self, lower=1 / 8, upper=1 / 3, inplace=False):
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input):
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    extra_repr = _fields("lower", "upper")


Softmax = _activation("Softmax", F.softmax, "dim", dim=None)
LogSoftmax = _activation("LogSoftmax", F.log_softmax, "dim", dim=None)
Softmin = _activation("Softmin", F.softmin, "dim", dim=None)
GLU = _activation("GLU", F.glu, "dim", dim=-1)
Threshold = _activation("Threshold", F.threshold, "threshold", "value", threshold=0.0, value=0.0, inplace=False)
Softmax2d = _activation("Softmax2d", lambda input: F.softmax(input, 1))
PixelShuffle = _activation("PixelShuffle", F.pixel_shuffle, "upscale_factor", upscale_factor=None)
PixelUnshuffle = _activation("PixelUnshuffle", F.pixel_unshuffle, "downscale_factor", downscale_factor=None)
ChannelShuffle = _activation("ChannelShuffle", F.channel_shuffle, "groups", groups=None)
CosineSimilarity = None


class CosineSimilarity(Module):  # noqa: F811
    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class PReLU(Module):
    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = Parameter(_make.full((num_parameters,), float(init)))

    def forward(self, input):
        return F.prelu(input, self.weight)

    extra_repr = _fields("num_parameters")


class _Dropout(Module):
    _function = staticmethod(F.dropout)

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if unknown.is_unknown(p):
            p = 0.5
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return self._function(input, self.p, self.training, self.inplace)

    extra_repr = _fields("p", "inplace")


class Dropout(_Dropout):
    pass


class Dropout1d(_Dropout):
    _function = staticmethod(F.dropout1d)


class Dropout2d(_Dropout):
    _function = staticmethod(F.dropout2d)


class Dropout3d(_Dropout):
    _function = staticmethod(F.dropout3d)


class AlphaDropout(_Dropout):
    _function = staticmethod(F.alpha_dropout)


class FeatureAlphaDropout(_Dropout):
    _function = staticmethod(F.feature_alpha_dropout)


# Normalization


class _BatchNorm(Module):
    _ranks = ()

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None,
                 dtype=None):
        super().__init__()
        (num_features,) = _whole(num_features=num_features)
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = Parameter(_make.ones(num_features))
            self.bias = Parameter(_make.zeros(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if track_running_stats:
            self.register_buffer("running_mean", _make.zeros(num_features))
            self.register_buffer("running_var", _make.ones(num_features))
            self.register_buffer("num_batches_tracked", _make.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def reset_parameters(self):
        if self.affine:
            init.ones_(self.weight)
            init.zeros_(self.bias)

    def forward(self, input):
        if input.ndim not in self._ranks:
            ranks = " or ".join(f"{r}D" for r in self._ranks)
            raise ValueError(f"expected {ranks} input (got {input.ndim}D input)")
        return F.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias, self.training,
                            self.momentum, self.eps)

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(_BatchNorm):
    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    _ranks = (5,)


class SyncBatchNorm(_BatchNorm):
    _ranks = (2, 3, 4, 5)

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        return module


class _LazyBatchNorm:
    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, **_):
        Module.__init__(self)
        self.num_features = 0
        self._rest = (eps, momentum, affine, track_running_stats)
        object.__setattr__(self, "_materialize", self._fit)

    def _fit(self, input):
        if self.num_features != input.shape[1]:
            _set_up(lambda: _BatchNorm.__init__(self, input.shape[1], *self._rest))
            _become(self, type(self).__mro__[2], self._fit)


class LazyBatchNorm1d(_LazyBatchNorm, BatchNorm1d):
    pass


class LazyBatchNorm2d(_LazyBatchNorm, BatchNorm2d):
    pass


class _InstanceNorm(_BatchNorm):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None,
                 dtype=None):
        super().__init__(num_features, eps, momentum, affine, track_running_stats)

    def forward(self, input):
        return F.instance_norm(input, self.running_mean, self.running_var, self.weight, self.bias, True,
                               self.momentum, self.eps)


class InstanceNorm1d(_InstanceNorm):
    pass


class InstanceNorm2d(_InstanceNorm):
    pass


class InstanceNorm3d(_InstanceNorm):
    pass


class LayerNorm(Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        if not isinstance(normalized_shape, (list, tuple)):
            (normalized_shape,) = _whole(normalized_shape=normalized_shape)
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        if elementwise_affine:
            self.weight = Parameter(_make.ones(*self.normalized_shape))
            if bias:
                self.bias = Parameter(_make.zeros(*self.normalized_shape))
            else:
                self.register_parameter("bias", None)
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)

    def reset_parameters(self):
        if self.elementwise_affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class RMSNorm(Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        shape = normalized_shape if isinstance(normalized_shape, (list, tuple)) else (normalized_shape,)
        self.normalized_shape, self.eps, self.elementwise_affine = tuple(shape), eps, elementwise_affine
        if elementwise_affine:
            self.weight = Parameter(_make.ones(*shape))
        else:
            self.register_parameter("weight", None)

    def forward(self, x):
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        if affine:
            self.weight = Parameter(_make.ones(num_channels))
            self.bias = Parameter(_make.zeros(num_channels))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)

    def forward(self, input):
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}"


class LocalResponseNorm(Module):
    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


# Sequences


class Embedding(Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0,
                 scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None):
        super().__init__()
        num_embeddings, embedding_dim = _whole(num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        if unknown.is_unknown(padding_idx):
            padding_idx = min(unknown.example(padding_idx), num_embeddings - 1)
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        self.max_norm, self.norm_type, self.scale_grad_by_freq = max_norm, norm_type, scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            self.weight = Parameter(_make.zeros(num_embeddings, embedding_dim))
            self.reset_parameters()
        else:
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self):
        row = {}
        if self.padding_idx is not None:
            row["zeroRow"] = self.padding_idx + (self.num_embeddings if self.padding_idx < 0 else 0)
        self.weight._start(kind="normal", mean=0.0, std=1.0, **row)

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, max_norm=None, norm_type=2.0,
                        scale_grad_by_freq=False, sparse=False):
        rows, columns = embeddings.shape
        return cls(rows, columns, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse, _weight=embeddings,
                   _freeze=freeze)

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq)

    def extra_repr(self):
        s = f"{self.num_embeddings}, {self.embedding_dim}"
        return s if self.padding_idx is None else f"{s}, padding_idx={self.padding_idx}"


class EmbeddingBag(Module):
    def __init__(self, num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
                 mode="mean", sparse=False, _weight=None, include_last_offset=False, padding_idx=None, device=None,
                 dtype=None):
        super().__init__()
        self.norm_type, self.scale_grad_by_freq, self.sparse = norm_type, scale_grad_by_freq, sparse
        self.num_embeddings, self.embedding_dim, self.mode = num_embeddings, embedding_dim, mode
        self.max_norm, self.include_last_offset = max_norm, include_last_offset
        self.padding_idx = padding_idx if padding_idx is None or padding_idx >= 0 else padding_idx + num_embeddings
        if _weight is None:
            self.weight = Parameter(_make.zeros(num_embeddings, embedding_dim))
            row = {} if self.padding_idx is None else {"zeroRow": self.padding_idx}
            self.weight._start(kind="normal", mean=0.0, std=1.0, **row)
        else:
            self.weight = Parameter(_weight)

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, **options):
        made = cls(*embeddings.shape, _weight=embeddings, **options)
        made.weight.requires_grad = not freeze
        return made

    def forward(self, input, offsets=None, per_sample_weights=None):
        return F.embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq,
                               mode=self.mode,
                               per_sample_weights=per_sample_weights, include_last_offset=self.include_last_offset,
                               padding_idx=self.padding_idx)

    def extra_repr(self):
        return f"{self.num_embeddings}, {self.embedding_dim}, mode={self.mode!r}"


class RNNBase(Module):
    _gates = 1
    _mode = "RNN"

    def __init__(self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
                 bidirectional=False, proj_size=0, device=None, dtype=None):
        super().__init__()
        input_size, hidden_size, num_layers = _whole(
            input_size=input_size, hidden_size=hidden_size, num_layers=num_layers
        )
        if proj_size < 0:
            raise ValueError("proj_size should be a positive integer or zero to disable projections")
        if proj_size and self._mode != "LSTM":
            raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
        if proj_size >= hidden_size:
            raise ValueError("proj_size has to be smaller than hidden_size")
        if hidden_size <= 0:
            raise ValueError("hidden_size must be greater than zero")
        if num_layers <= 0:
            raise ValueError("num_layers must be greater than zero")
        self.mode = self._mode
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.batch_first, self.dropout, self.bidirectional = bias, batch_first, float(dropout), bidirectional
        self.proj_size = proj_size
        state_size = proj_size or hidden_size
        directions = 2 if bidirectional else 1
        self._all_weights = []
        for layer in range(num_layers):
            for direction in range(directions):
                width = input_size if layer == 0 else state_size * directions
                suffix = f"_l{layer}" + ("_reverse" if direction else "")
                names = [f"weight_ih{suffix}", f"weight_hh{suffix}"]
                setattr(self, names[0], _weight(self._gates * hidden_size, width))
                setattr(self, names[1], _weight(self._gates * hidden_size, state_size))
                if bias:
                    names += [f"bias_ih{suffix}", f"bias_hh{suffix}"]
                    setattr(self, names[2], _weight(self._gates * hidden_size))
                    setattr(self, names[3], _weight(self._gates * hidden_size))
                if proj_size:
                    names.append(f"weight_hr{suffix}")
                    setattr(self, names[-1], _weight(proj_size, hidden_size))
                self._all_weights.append(names)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self):
        return [[getattr(self, n) for n in names] for names in self._all_weights]

    def flatten_parameters(self):
        return None

    def extra_repr(self):
        s = f"{self.input_size}, {self.hidden_size}"
        for name, default in (("num_layers", 1), ("bias", True), ("batch_first", False), ("dropout", 0),
                              ("bidirectional", False)):
            if getattr(self, name) != default:
                s += f", {name}={getattr(self, name)}"
        return s

    def forward(self, input, hx=None):
        """
        One ONNX node a layer. ONNX wants [T, N, C], gates in its own order and one weight for both directions;
        PyTorch's weights are kept as they are and put together by nodes.
        """
        packed, lengths = hasattr(input, "_packed"), None
        if packed:
            lengths = input.lengths
            input = input.data if input.batch_first == self.batch_first else _ops.transpose(input.data, 0, 1)
        single = input.ndim == 2
        x = _ops.unsqueeze(input, 0 if self.batch_first else 1) if single else input
        if x.ndim != 3:
            raise RuntimeError(f"{self._mode}: Expected input to be 2D or 3D, got {input.ndim}D instead")
        if isinstance(x.shape[2], int) and x.shape[2] != self.input_size:
            error = trace.ShapeMismatch(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {x.shape[2]}"
            )
            error.fix = {"argument": "input_size", "found": self.input_size, "expected": x.shape[2]}
            raise error
        if self.batch_first:
            x = _ops.transpose(x, 0, 1)
        directions = 2 if self.bidirectional else 1
        state = hx if isinstance(hx, tuple) else (hx,)
        finals = [[] for _ in range(2 if self._mode == "LSTM" else 1)]
        for layer in range(self.num_layers):
            rows = self.all_weights[layer * directions : (layer + 1) * directions]
            weights = [_ops.stack([self._order(r[k]) for r in rows]) for k in (0, 1)]
            biases = None
            if self.bias:
                biases = _ops.stack([_ops.cat([self._order(r[2]), self._order(r[3])]) for r in rows])
            first = []
            for s in state:
                if s is None:
                    first.append(None)
                    continue
                if single:
                    s = _ops.unsqueeze(s, 1)
                part = s
                if self.num_layers > 1:
                    part = s[layer * directions : (layer + 1) * directions]
                first.append(part)
            while len(first) < len(finals):
                first.append(None)
            if self.proj_size:
                first += [None, _ops.stack([r[-1] for r in rows])]
            made = emit(self._mode if self._mode != "RNN_TANH" else "RNN", [x, *weights, biases, lengths, *first],
                        1 + len(finals), hidden_size=self.hidden_size,
                        direction="bidirectional" if self.bidirectional else "forward", **self._attributes())
            y = made[0]
            # [T, D, N, H] -> [T, N, D * H]
            x = _ops.squeeze(y, 1) if directions == 1 else _ops.flatten(_ops.transpose(y, 1, 2), 2, 3)
            for kept, f in zip(finals, made[1:]):
                kept.append(f)
            if self.dropout and layer + 1 < self.num_layers:
                x = F.dropout(x, self.dropout, self.training)
        output = _ops.transpose(x, 0, 1) if self.batch_first else x
        finals = [f[0] if len(f) == 1 else _ops.cat(f, 0) for f in finals]
        if single:
            output = _ops.squeeze(output, 0 if self.batch_first else 1)
            finals = [_ops.squeeze(f, 1) for f in finals]
        if packed:
            output = _Packed(output, lengths, self.batch_first)
        return output, (tuple(finals) if self._mode == "LSTM" else finals[0])

    def _attributes(self):
        return {}

    def _order(self, weight):
        return weight


class _Packed:
    _packed = True

    def __init__(self, data, lengths=None, batch_first=False):
        self.data, self.lengths, self.batch_first = data, lengths, batch_first

    def to(self, *_, **__):
        return self


class LSTM(RNNBase):
    _gates = 4
    _mode = "LSTM"

    def _order(self, weight):
        # PyTorch: input, forget, cell, output. ONNX: input, output, forget, cell.
        i, f, c, o = _ops.chunk(weight, 4, 0)
        return _ops.cat([i, o, f, c], 0)


class GRU(RNNBase):
    _gates = 3
    _mode = "GRU"

    def _order(self, weight):
        # PyTorch: reset, update, new. ONNX: update, reset, hidden.
        r, z, n = _ops.chunk(weight, 3, 0)
        return _ops.cat([z, r, n], 0)

    def _attributes(self):
        return {"linear_before_reset": 1}


class RNN(RNNBase):
    def __init__(self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", *arguments, **options):
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        object.__setattr__(self, "nonlinearity", nonlinearity)
        super().__init__(input_size, hidden_size, num_layers, *arguments, **options)

    def _attributes(self):
        name = "Tanh" if self.nonlinearity == "tanh" else "Relu"
        return {"activations": [name] * (2 if self.bidirectional else 1)}


class _Cell(Module):
    _gates = 1

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__()
        self.input_size, self.hidden_size, self.bias, self.nonlinearity = input_size, hidden_size, bias, nonlinearity
        self.weight_ih = _weight(self._gates * hidden_size, input_size)
        self.weight_hh = _weight(self._gates * hidden_size, hidden_size)
        if bias:
            self.bias_ih = _weight(self._gates * hidden_size)
            self.bias_hh = _weight(self._gates * hidden_size)
        else:
            self.register_parameter("bias_ih", None)
            self.register_parameter("bias_hh", None)
        bound = 1 / math.sqrt(hidden_size)
        for w in self.parameters():
            init.uniform_(w, -bound, bound)

    def _start(self, input):
        return _make.zeros(input.shape[0], self.hidden_size)

    def _products(self, input, h):
        return F.linear(input, self.weight_ih, self.bias_ih), F.linear(h, self.weight_hh, self.bias_hh)

    def extra_repr(self):
        return f"{self.input_size}, {self.hidden_size}"


class RNNCell(_Cell):
    def forward(self, input, hx=None):
        a, b = self._products(input, self._start(input) if hx is None else hx)
        return (_ops.tanh if self.nonlinearity == "tanh" else F.relu)(a + b)


class LSTMCell(_Cell):
    _gates = 4

    def forward(self, input, hx=None):
        h, c = (self._start(input), self._start(input)) if hx is None else hx
        a, b = self._products(input, h)
        i, f, g, o = _ops.chunk(a + b, 4, 1)
        c = _ops.sigmoid(f) * c + _ops.sigmoid(i) * _ops.tanh(g)
        return _ops.sigmoid(o) * _ops.tanh(c), c


class GRUCell(_Cell):
    _gates = 3

    def forward(self, input, hx=None):
        h = self._start(input) if hx is None else hx
        a, b = self._products(input, h)
        ar, az, an = _ops.chunk(a, 3, 1)
        br, bz, bn = _ops.chunk(b, 3, 1)
        r, z = _ops.sigmoid(ar + br), _ops.sigmoid(az + bz)
        n = _ops.tanh(an + r * bn)
        return (1 - z) * n + z * h


class MultiheadAttention(Module):
    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False, add_zero_attn=False,
                 kdim=None, vdim=None, batch_first=False, device=None, dtype=None):
        super().__init__()
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} "
                "instead"
            )
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        if self._qkv_same_embed_dim:
            self.in_proj_weight = _weight(3 * embed_dim, embed_dim)
            for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
                self.register_parameter(name, None)
        else:
            self.q_proj_weight = _weight(embed_dim, embed_dim)
            self.k_proj_weight = _weight(embed_dim, self.kdim)
            self.v_proj_weight = _weight(embed_dim, self.vdim)
            self.register_parameter("in_proj_weight", None)
        if bias:
            self.in_proj_bias = _weight(3 * embed_dim)
        else:
            self.register_parameter("in_proj_bias", None)
        self.add_zero_attn = add_zero_attn
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias)
        for w in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if w is not None:
                init.xavier_uniform_(w)
        if bias:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        if add_bias_kv:
            self.bias_k, self.bias_v = _weight(1, 1, embed_dim), _weight(1, 1, embed_dim)
            init.xavier_normal_(self.bias_k)
            init.xavier_normal_(self.bias_v)
        else:
            self.register_parameter("bias_k", None)
            self.register_parameter("bias_v", None)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
                average_attn_weights=True, is_causal=False):
        single = query.ndim == 2
        if single:
            at = 0 if self.batch_first else 1
            query, key, value = (_ops.unsqueeze(x, at) for x in (query, key, value))
        if isinstance(query.shape[-1], int) and query.shape[-1] != self.embed_dim:
            error = trace.ShapeMismatch(
                f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}"
            )
            error.fix = {"argument": "embed_dim", "found": self.embed_dim, "expected": query.shape[-1]}
            raise error
        same = query is key and key is value
        if not self.batch_first:
            if same:
                query = key = value = _ops.transpose(query, 0, 1)
            else:
                query, key, value = (_ops.transpose(x, 0, 1) for x in (query, key, value))
        if self._qkv_same_embed_dim and same:
            q, k, v = _ops.chunk(F.linear(query, self.in_proj_weight, self.in_proj_bias), 3, -1)
        else:
            if self._qkv_same_embed_dim:
                weights = _ops.chunk(self.in_proj_weight, 3, 0)
            else:
                weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
            biases = (None,) * 3 if self.in_proj_bias is None else _ops.chunk(self.in_proj_bias, 3, 0)
            q, k, v = (F.linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases))
        n, t, _ = q.shape
        if self.bias_k is not None:
            k, v = (_ops.cat([x, _ops.expand(b, n, 1, self.embed_dim)], 1) for x, b in ((k, self.bias_k), (v, self.bias_v)))
        if self.add_zero_attn:
            k, v = (_ops.cat([x, _ops.narrow(x, 1, 0, 1) * 0], 1) for x in (k, v))
        s = k.shape[1]
        # Masks let everyone look at the places that were added.
        added = (self.bias_k is not None) + self.add_zero_attn

        def widened(mask):
            if not added:
                return mask
            more = _ops.expand(_make.zeros(1, dtype=mask.dtype), *mask.shape[:-1], added)
            return _ops.cat([mask, more], -1)

        if attn_mask is None and is_causal:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        if attn_mask is not None:
            attn_mask = widened(attn_mask)
        if key_padding_mask is not None:
            key_padding_mask = widened(key_padding_mask)
        heads = [
            _ops.transpose(_ops.reshape(x, n, length, self.num_heads, self.head_dim), 1, 2)
            for x, length in ((q, t), (k, s), (v, s))
        ]
        scores = _ops.matmul(heads[0] * (1 / math.sqrt(self.head_dim)), _ops.transpose(heads[1], -2, -1))
        if attn_mask is not None:
            if attn_mask.ndim == 3:
                attn_mask = _ops.reshape(attn_mask, n, self.num_heads, t, s)
            if attn_mask.dtype is bool_:
                scores = _ops.masked_fill(scores, attn_mask, -math.inf)
            else:
                scores = scores + attn_mask
        if key_padding_mask is not None:
            mask = _ops.reshape(key_padding_mask, n, 1, 1, s)
            scores = _ops.masked_fill(scores, mask, -math.inf) if mask.dtype is bool_ else scores + mask
        weights = _ops.softmax(scores, -1)
        if self.dropout:
            weights = F.dropout(weights, self.dropout, self.training)
        mixed = _ops.reshape(_ops.transpose(_ops.matmul(weights, heads[2]), 1, 2), n, t, self.embed_dim)
        output = self.out_proj(mixed)
        if not self.batch_first:
            output = _ops.transpose(output, 0, 1)
        if single:
            output = _ops.squeeze(output, 0 if self.batch_first else 1)
        if not need_weights:
            return output, None
        return output, (_ops.mean(weights, 1) if average_attn_weights else weights)


def _function_of(activation):
    if callable(activation):
        return activation
    functions = {"relu": F.relu, "gelu": F.gelu}
    if activation not in functions:
        raise RuntimeError(f"activation should be relu/gelu, not {activation}")
    return functions[activation]


class TransformerEncoderLayer(Module):
    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu, layer_norm_eps=1e-5,
                 batch_first=False, norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.norm2 = LayerNorm(d_model, eps=layer_norm_eps, bias=bias)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = _function_of(activation)

    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        x = src
        if self.norm_first:
            x = x + self._sa_block(self.norm1(x), src_mask, src_key_padding_mask, is_causal)
            return x + self._ff_block(self.norm2(x))
        x = self.norm1(x + self._sa_block(x, src_mask, src_key_padding_mask, is_causal))
        return self.norm2(x + self._ff_block(x))

    def _sa_block(self, x, attn_mask, key_padding_mask, is_causal=False):
        made = self.self_attn(x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, need_weights=False,
                              is_causal=is_causal)
        return self.dropout1(made[0])

    def _ff_block(self, x):
        return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))


class TransformerDecoderLayer(Module):
    def __init__(self, d_model, nhead, dim_feedforward=2048, dropout=0.1, activation=F.relu, layer_norm_eps=1e-5,
                 batch_first=False, norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        self.self_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first)
        self.multihead_attn = MultiheadAttention(d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias)
        self.norm_first = norm_first
        for i in (1, 2, 3):
            setattr(self, f"norm{i}", LayerNorm(d_model, eps=layer_norm_eps, bias=bias))
        for i in (1, 2, 3):
            setattr(self, f"dropout{i}", Dropout(dropout))
        self.activation = _function_of(activation)

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False):
        def attend(x):
            made = self.self_attn(x, x, x, attn_mask=tgt_mask, key_padding_mask=tgt_key_padding_mask,
                                  need_weights=False, is_causal=tgt_is_causal)
            return self.dropout1(made[0])

        def cross(x):
            made = self.multihead_attn(x, memory, memory, attn_mask=memory_mask,
                                       key_padding_mask=memory_key_padding_mask, need_weights=False,
                                       is_causal=memory_is_causal)
            return self.dropout2(made[0])

        def feed(x):
            return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))

        x = tgt
        if self.norm_first:
            x = x + attend(self.norm1(x))
            x = x + cross(self.norm2(x))
            return x + feed(self.norm3(x))
        x = self.norm1(x + attend(x))
        x = self.norm2(x + cross(x))
        return self.norm3(x + feed(x))


class TransformerEncoder(Module):
    def __init__(self, encoder_layer, num_layers, norm=None, enable_nested_tensor=True, mask_check=True):
        super().__init__()
        self.layers = ModuleList([copied(encoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src, mask=None, src_key_padding_mask=None, is_causal=None):
        for layer in self.layers:
            src = layer(src, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal))
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    def __init__(self, decoder_layer, num_layers, norm=None):
        super().__init__()
        self.layers = ModuleList([copied(decoder_layer) for _ in range(num_layers)])
        self.num_layers, self.norm = num_layers, norm

    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None,
                memory_key_padding_mask=None, tgt_is_causal=None, memory_is_causal=False):
        for layer in self.layers:
            tgt = layer(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                        tgt_key_padding_mask=tgt_key_padding_mask, memory_key_padding_mask=memory_key_padding_mask,
                        tgt_is_causal=bool(tgt_is_causal), memory_is_causal=memory_is_causal)
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    def __init__(self, d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048,
                 dropout=0.1, activation=F.relu, custom_encoder=None, custom_decoder=None, layer_norm_eps=1e-5,
                 batch_first=False, norm_first=False, bias=True, device=None, dtype=None):
        super().__init__()
        shared = dict(batch_first=batch_first, norm_first=norm_first, bias=bias)
        if custom_encoder is not None:
            self.encoder = custom_encoder
        else:
            layer = TransformerEncoderLayer(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                                            **shared)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, LayerNorm(d_model, layer_norm_eps, bias=bias))
        if custom_decoder is not None:
            self.decoder = custom_decoder
        else:
            layer = TransformerDecoderLayer(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps,
                                            **shared)
            self.decoder = TransformerDecoder(layer, num_decoder_layers, LayerNorm(d_model, layer_norm_eps, bias=bias))
        for p in self.parameters():
            if p.dim() > 1:
                init.xavier_uniform_(p)
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def forward(self, src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, src_key_padding_mask=None,
                tgt_key_padding_mask=None, memory_key_padding_mask=None, src_is_causal=None, tgt_is_causal=None,
                memory_is_causal=False):
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask,
                            tgt_key_padding_mask=tgt_key_padding_mask,
                            memory_key_padding_mask=memory_key_padding_mask, tgt_is_causal=tgt_is_causal,
                            memory_is_causal=memory_is_causal)

    @staticmethod
    def generate_square_subsequent_mask(sz, device=None, dtype=None):
        return _ops.triu(_make.full((sz, sz), -math.inf, dtype=dtype or float32), 1)


def copied(module):
    """A deep copy whose modules are instances of their own, defined where the original is."""
    copy_of = copy.deepcopy(module)
    for m, original in zip(copy_of.modules(), module.modules()):
        object.__setattr__(m, "_number", trace.next_module())
        object.__setattr__(m, "_defined", original._defined)
        object.__setattr__(m, "_entered", [])
        object.__setattr__(m, "_left", [])
    return copy_of


# Vision


class _Pad(Module):
    def __init__(self, padding, value=0.0):
        super().__init__()
        n = self._n
        self.padding = (padding,) * (2 * n) if isinstance(padding, int) else tuple(padding)
        self.value = value

    def forward(self, input):
        return F.pad(input, self.padding, self._mode, self.value)

    extra_repr = _fields("padding")


def _pad_class(name, n, mode):
    return type(name, (_Pad,), {"_n": n, "_mode": mode})


ConstantPad1d = _pad_class("ConstantPad1d", 1, "constant")
ConstantPad2d = _pad_class("ConstantPad2d", 2, "constant")
ConstantPad3d = _pad_class("ConstantPad3d", 3, "constant")
ZeroPad1d = _pad_class("ZeroPad1d", 1, "constant")
ZeroPad2d = _pad_class("ZeroPad2d", 2, "constant")
ZeroPad3d = _pad_class("ZeroPad3d", 3, "constant")
ReflectionPad1d = _pad_class("ReflectionPad1d", 1, "reflect")
ReflectionPad2d = _pad_class("ReflectionPad2d", 2, "reflect")
ReflectionPad3d = _pad_class("ReflectionPad3d", 3, "reflect")
ReplicationPad1d = _pad_class("ReplicationPad1d", 1, "replicate")
ReplicationPad2d = _pad_class("ReplicationPad2d", 2, "replicate")
ReplicationPad3d = _pad_class("ReplicationPad3d", 3, "replicate")
CircularPad1d = _pad_class("CircularPad1d", 1, "circular")
CircularPad2d = _pad_class("CircularPad2d", 2, "circular")


class Upsample(Module):
    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
        super().__init__()
        if isinstance(scale_factor, tuple):
            scale_factor = tuple(float(f) for f in scale_factor)
        elif scale_factor:
            scale_factor = float(scale_factor)
        self.size, self.scale_factor, self.mode, self.align_corners = size, scale_factor, mode, align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input):
        return F.interpolate(input, self.size, self.scale_factor, self.mode, self.align_corners,
                             self.recompute_scale_factor)

    def extra_repr(self):
        given = f"scale_factor={self.scale_factor!r}" if self.size is None else f"size={self.size!r}"
        return f"{given}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "bilinear", True)


__all__ = ["Buffer", "int64"]

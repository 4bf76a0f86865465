"""
Stands in for PyTorch: the same names, types and rules, but what it computes is a graph and not numbers. Whatever is
not here is answered by `__getattr__` with a stand-in that says so when it is used.
"""

import contextlib
import math
from builtins import all as _all_of, any as _any_of
import sys
import types

from . import _tensor
from ._tensor import (
    DTYPES,
    Size,
    Tensor,
    bfloat16,
    bool_,
    complex64,
    device,
    dtype,
    float16,
    float32,
    float64,
    get_default_dtype,
    int8,
    int32,
    int64,
    set_default_dtype,
    uint8,
)

globals()["bool"] = bool_
half, double, long = float16, float64, int64
globals().update({"float": float32, "int": int32})
short = int16 = int32
cfloat = cdouble = complex128 = complex64
inf, nan, pi, e = math.inf, math.nan, math.pi, math.e
strided, contiguous_format, channels_last, preserve_format = "strided", "contiguous", "channels_last", "preserve"
__version__ = "2.5.1"

from . import _make, _ops
from ._make import (
    arange,
    as_tensor,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    hann_window,
    linspace,
    logspace,
    normal,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from ._ops import *  # noqa: F403

for _name in _ops._FUNCTIONS:
    globals()[_name] = getattr(_ops, _name)
for _name in ("where", "cat", "concat", "concatenate", "stack", "hstack", "vstack", "einsum", "tensordot", "meshgrid",
              "broadcast_tensors", "broadcast_shapes", "cosine_similarity", "cdist", "atan2", "var_mean", "std_mean",
              "numel", "is_tensor", "is_floating_point", "arcsin", "arccos", "arctan", "float_power", "rsub", "detach",
              "bitwise_xor", "fix", "scatter_reduce"):
    globals()[_name] = getattr(_ops, _name)
from . import _more

for _name in _more.__all__:
    globals()[_name] = getattr(_more, _name)
range = arange
trace = _ops._trace
del unfold


def scalar_tensor(s, *, dtype=None, requires_grad=False, **_):
    # Floating, whatever the number is.
    return tensor(s, dtype=dtype or get_default_dtype(), requires_grad=requires_grad)


FloatTensor = Tensor


class LongTensor(Tensor):
    """Of the types by their old names, which make tensors and say what to make of one: `mask.type(torch.ByteTensor)`."""

    _old = int64

    def __new__(cls, *data):
        if len(data) == 1 and hasattr(type(data[0]), "__len__"):
            return tensor(data[0], dtype=cls._old)
        return zeros(*data, dtype=cls._old) if data else tensor([], dtype=cls._old)


class IntTensor(LongTensor):
    _old = int32


class ByteTensor(LongTensor):
    _old = uint8


class BoolTensor(LongTensor):
    _old = bool


class DoubleTensor(LongTensor):
    _old = float64


class HalfTensor(LongTensor):
    _old = float16


class _Passing(contextlib.ContextDecorator):
    """Contexts that change nothing about a graph: no_grad and its like; also decorators, with or without a call."""

    def __new__(cls, *arguments, **options):
        if len(arguments) == 1 and isinstance(arguments[0], types.FunctionType):
            return arguments[0]
        return object.__new__(cls)

    def __init__(self, *_, **__):
        pass

    def __call__(self, function):
        return function

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


autocast = _Passing


class _Gradients(contextlib.ContextDecorator):
    """Contexts that let gradients flow or not; also decorators, with or without a call."""

    _on = False

    def __new__(cls, *arguments, **options):
        if len(arguments) == 1 and isinstance(arguments[0], types.FunctionType):
            return cls()(arguments[0])
        return object.__new__(cls)

    def __init__(self, mode=None, **_):
        from _vitrine import trace as _trace

        self._trace = _trace
        # Whether the model trains is asked where it matters, and there the answer is yes.
        self._wanted = self._on if mode is None or isinstance(mode, types.FunctionType) else self._means(mode)
        self._before = []

    def _means(self, mode):
        return not mode

    def __call__(self, function):
        from _vitrine import trace as _trace
        import functools

        @functools.wraps(function)
        def run(*arguments, **options):
            # A whole model's forward that was marked so is still asked for gradients here: by explanations.
            if _trace.script is None and (
                not _trace.tracing or len(_trace.calls) < 2 and function.__name__ == "forward"
            ):
                return function(*arguments, **options)
            with type(self)(self._wanted if type(self) is set_grad_enabled else None):
                return function(*arguments, **options)

        return run

    def __enter__(self):
        self._before.append(self._trace.without_gradient)
        self._trace.without_gradient = 0 if self._wanted else 1
        return self

    def __exit__(self, *_):
        self._trace.without_gradient = self._before.pop()
        return False


class no_grad(_Gradients):
    pass


class inference_mode(_Gradients):
    pass


class enable_grad(_Gradients):
    _on = True


class set_grad_enabled(_Gradients):
    def __init__(self, mode=True):
        super().__init__(mode)
        # Also a plain call, which holds from there on.
        self._outer = self._trace.without_gradient
        if self._trace.tracing:
            self._trace.without_gradient = 0 if self._wanted else 1

    def _means(self, mode):
        return isinstance(mode, nn.functional.TrainingFlag) or not not mode

    def __enter__(self):
        self._trace.without_gradient = self._outer
        return super().__enter__()


def _nothing(*_, **__):
    return None


_assert = _nothing


manual_seed = seed = set_printoptions = use_deterministic_algorithms = set_num_threads = _nothing
set_float32_matmul_precision = set_default_device = set_default_tensor_type = save = _nothing


def load(f=None, *_, **__):
    from _vitrine import sources

    return sources.Loaded(f)


def compile(model=None, *_, **__):
    return (lambda f: f) if model is None else model


def is_grad_enabled():
    from _vitrine import trace as _trace

    return not _trace.without_gradient


def get_num_threads():
    return 1


def result_type(a, b):
    return _ops.promote(a, b)[0].dtype


def finfo(dtype=None):
    d = dtype or get_default_dtype()
    top, eps, tiny = {
        "float16": (65504.0, 0.0009765625, 6.103515625e-05),
        "bfloat16": (3.3895313892515355e38, 0.0078125, 1.1754943508222875e-38),
        "float64": (1.7976931348623157e308, 2.220446049250313e-16, 2.2250738585072014e-308),
    }.get(d.name, (3.4028234663852886e38, 1.1920928955078125e-07, 1.1754943508222875e-38))
    return types.SimpleNamespace(max=top, min=-top, eps=eps, tiny=tiny, smallest_normal=tiny, bits=32, dtype=d.name)


def iinfo(dtype):
    bits = {"uint8": 8, "int8": 8, "int32": 32}.get(dtype.name, 64)
    signed = dtype.name != "uint8"
    return types.SimpleNamespace(
        max=2 ** (bits - signed) - 1, min=-(2 ** (bits - 1)) if signed else 0, bits=bits, dtype=dtype.name
    )


class Generator:
    def __init__(self, *_, **__):
        pass

    def manual_seed(self, *_):
        return self


def _submodule(name, **members):
    from _vitrine.unknown import StandIn

    module = StandIn(f"torch.{name}")
    module.__dict__.update(members)
    module.__path__ = []
    sys.modules[module.__name__] = module
    return module


def _marked(function=None, *_, **__):
    return (lambda f: f) if function is None else function


class _Final:
    def __class_getitem__(cls, item):
        return item


def _has_kind(value, kind):
    """Whether a value is of a kind that may have parts, as typing writes it."""
    import typing

    parts = typing.get_args(kind)
    origin = typing.get_origin(kind) or kind
    if origin is typing.Union:
        return _any_of(_has_kind(value, k) for k in parts)
    if not isinstance(origin, type) or not isinstance(value, origin):
        return False
    return not parts or not isinstance(value, (list, tuple)) or _all_of(_has_kind(v, parts[0]) for v in value)


jit = _submodule(
    "jit", _script_if_tracing=_marked, _overload=_marked, _overload_method=_marked, script=_marked, ignore=_marked, unused=_marked, export=_marked, script_if_tracing=_marked,
    script_method=_marked, interface=_marked, is_scripting=lambda: False, is_tracing=lambda: False, Final=_Final,
    annotate=lambda _, value: value, trace=lambda model, *_, **__: model, isinstance=lambda value, kind: _has_kind(value, kind),
)
_C = _submodule("_C", _log_api_usage_once=_nothing, _get_tracing_state=_nothing)
fx = _submodule("fx", wrap=_marked)
cuda = _submodule("cuda", is_available=lambda: False, device_count=lambda: 0, manual_seed=_nothing,
                  manual_seed_all=_nothing, empty_cache=_nothing, FloatTensor=Tensor,
                  LongTensor=LongTensor, IntTensor=IntTensor, ByteTensor=ByteTensor, BoolTensor=BoolTensor,
                  DoubleTensor=DoubleTensor, HalfTensor=HalfTensor)
cuda.amp = _submodule("cuda.amp", autocast=_Passing, custom_fwd=_marked, custom_bwd=_marked)
amp = _submodule("amp", autocast=_Passing, custom_fwd=_marked, custom_bwd=_marked)
accelerator = _submodule("accelerator", is_available=lambda: False, current_accelerator=lambda *_: device("cpu"),
                         device_count=lambda: 0)
mps = _submodule("mps", is_available=lambda: False)
backends = _submodule("backends")
backends.cudnn = _submodule("backends.cudnn", benchmark=False, deterministic=False, enabled=False,
                            is_available=lambda: False)
backends.mps = _submodule("backends.mps", is_available=lambda: False, is_built=lambda: False)
backends.cuda = _submodule("backends.cuda", sdp_kernel=_Passing, flash_sdp_enabled=lambda: False,
                           enable_flash_sdp=_nothing, enable_math_sdp=_nothing, enable_mem_efficient_sdp=_nothing)
backends.cuda.matmul = _submodule("backends.cuda.matmul", allow_tf32=False)
backends.opt_einsum = _submodule("backends.opt_einsum", enabled=False, is_available=lambda: False)
onnx = _submodule("onnx", export=_nothing, is_in_onnx_export=lambda: False)
def _lstsq(a, b, rcond=None, driver=None):
    """Its shape is known; its numbers are not until it is solved."""
    from _vitrine import trace

    shape = [*a.shape[:-2], a.shape[-1], *b.shape[b.ndim - 1 :]]
    if trace.tracing:
        raise trace.Unsupported("torch.linalg.lstsq is not known to Vitrine yet.")
    trace.say("hint", "unknown-initial-values",
              "What is computed here by least squares is not solved while a model is read: it begins at random.",
              trace.here())
    made = _tensor.leaf(shape, a.dtype, {"kind": "normal", "mean": 0, "std": 0.02})
    return types.SimpleNamespace(solution=made, residuals=None, rank=None, singular_values=None)


linalg = _submodule("linalg", lstsq=_lstsq, qr=lambda A, mode="reduced": _more.qr(A, mode=mode), norm=_ops.linalg_norm,
                    vector_norm=_ops.vector_norm, matrix_norm=_ops.matrix_norm, matmul=_ops.matmul,
                    cross=lambda input, other, *, dim=-1, out=None: _ops.cross(input, other, dim),
                    diagonal=lambda A, *, offset=0, dim1=-2, dim2=-1: _ops.diagonal(A, offset, dim1, dim2),
                    vecdot=lambda x, y, *, dim=-1, out=None: _ops.sum(_ops.mul(x, y), dim))
#: Matrices of which mostly nothing is there are read as any other: what they hold is what counts.
sparse = _submodule("sparse", mm=_ops.matmul, sum=_ops.sum, softmax=_ops.softmax, log_softmax=_ops.log_softmax,
                    addmm=_ops.addmm)


def spmm(input, mat2):
    return _ops.matmul(input, mat2)


smm = dsmm = spmm
Tensor.to_dense = Tensor.to_sparse = Tensor.coalesce = lambda self, *_, **__: self
Tensor.is_sparse = False
special = _submodule("special", expit=_ops.sigmoid, erf=_ops.erf, logit=_ops.logit, log1p=_ops.log1p,
                     softmax=_ops.softmax, log_softmax=_ops.log_softmax)
distributed = _submodule("distributed", is_available=lambda: False, is_initialized=lambda: False,
                         get_rank=lambda: 0, get_world_size=lambda: 1)


class _Function:
    """torch.autograd.Function: forward is read; a backward of its own is not, which is said."""

    @classmethod
    def apply(cls, *arguments):
        from _vitrine import trace as _trace

        if _trace.tracing and "backward" in vars(cls):
            _trace.say("warning", "custom-gradient",
                       f"The backward of {cls.__name__} is not read: the gradient is that of its forward.", _trace.here())
        context = types.SimpleNamespace(
            save_for_backward=_nothing, mark_dirty=_nothing, mark_non_differentiable=_nothing,
            set_materialize_grads=_nothing, needs_input_grad=(True,) * len(arguments), saved_tensors=(),
        )
        return cls.forward(context, *arguments)


autograd = _submodule("autograd", Function=_Function, Variable=lambda x, *_, **__: x, no_grad=no_grad,
                      enable_grad=enable_grad, set_grad_enabled=set_grad_enabled, inference_mode=inference_mode)
autograd.function = _submodule("autograd.function", Function=_Function)
autograd.variable = _submodule("autograd.variable", Variable=lambda x, *_, **__: x)

utils = _submodule("utils")


from . import _data, _optim

utils.data = _submodule("utils.data", **{_k: getattr(_data, _k) for _k in (
    "Dataset IterableDataset TensorDataset Subset ConcatDataset DataLoader Sampler random_split").split()})
Dataset = _data.Dataset
utils.checkpoint = _submodule(
    "utils.checkpoint",
    checkpoint=lambda function, *a, use_reentrant=None, preserve_rng_state=True, **k: function(*a, **k),
    checkpoint_sequential=lambda functions, segments, x, **_: _chain(functions, x),
)
def _tree_flatten(tree, is_leaf=None):
    """The tensors of nested lists, tuples and dictionaries, and what puts them back."""
    leaves = []

    def walk(node):
        if isinstance(node, dict):
            return type(node), [(k, walk(v)) for k, v in node.items()]
        if isinstance(node, (list, tuple)):
            return type(node), [(i, walk(v)) for i, v in enumerate(node)]
        leaves.append(node)
        return None, len(leaves) - 1

    return leaves, walk(tree)


def _tree_unflatten(leaves, spec):
    kind, held = spec
    if kind is None:
        return list(leaves)[held]
    made = [(k, _tree_unflatten(leaves, s)) for k, s in held]
    if issubclass(kind, dict):
        return kind(made)
    values = [v for _, v in made]
    return kind(*values) if hasattr(kind, "_fields") else kind(values)


def _tree_map(function, tree, *_, **__):
    leaves, spec = _tree_flatten(tree)
    return _tree_unflatten([function(v) for v in leaves], spec)


utils._pytree = _submodule("utils._pytree", tree_flatten=_tree_flatten, tree_unflatten=_tree_unflatten, tree_map=_tree_map,
                           tree_leaves=lambda tree, *_, **__: _tree_flatten(tree)[0])
utils.model_zoo = _submodule("utils.model_zoo", load_url=load)
hub = _submodule("hub", load_state_dict_from_url=load)
types_ = _submodule("types")


def _chain(functions, x):
    for f in functions:
        x = f(x)
    return x


from . import nn

nn.functional.__dict__.setdefault("sigmoid", _ops.sigmoid)
functional = _submodule("functional", **{k: globals()[k] for k in ("einsum", "norm", "meshgrid", "split", "cdist")})
from . import _complex, distributions, fft
distributions.install(_submodule)
from ._complex import angle, complex, conj, imag, is_complex, polar, real, view_as_complex, view_as_real

stft = fft.stft
Tensor.stft = stft
layer_norm, group_norm = nn.functional.layer_norm, nn.functional.group_norm


# Functions of which torch has another order than torch.nn.functional.


def dropout(input, p, train):
    return nn.functional.dropout(input, p, train)


def alpha_dropout(input, p, train):
    return nn.functional.alpha_dropout(input, p, train)


feature_alpha_dropout = alpha_dropout


def batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled=True):
    return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled=True):
    return nn.functional.instance_norm(input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps)


def embedding(weight, indices, padding_idx=-1, scale_grad_by_freq=False, sparse=False):
    # Here -1 is no row.
    return nn.functional.embedding(indices, weight, None if padding_idx == -1 else padding_idx,
                                   scale_grad_by_freq=scale_grad_by_freq)


_REDUCTIONS = "none", "mean", "sum"


def binary_cross_entropy_with_logits(input, target, weight=None, pos_weight=None, reduction=1):
    return nn.functional.binary_cross_entropy_with_logits(
        input, target, weight, reduction=_REDUCTIONS[reduction], pos_weight=pos_weight)


def kl_div(input, target, reduction=1, *, log_target=False):
    return nn.functional.kl_div(input, target, reduction=_REDUCTIONS[reduction], log_target=log_target)


def is_tensor(obj):
    return isinstance(obj, Tensor)


def from_numpy(ndarray):
    return _make.from_numpy(ndarray)


conv1d, conv2d, conv3d = nn.functional.conv1d, nn.functional.conv2d, nn.functional.conv3d
selu, celu, prelu, rrelu = (getattr(nn.functional, _k) for _k in ("selu", "celu", "prelu", "rrelu"))
for _name in """conv_transpose1d conv_transpose2d conv_transpose3d max_pool1d max_pool2d max_pool3d avg_pool1d
adaptive_avg_pool1d adaptive_max_pool1d rms_norm bilinear pixel_unshuffle pairwise_distance hardshrink
threshold one_hot cosine_similarity affine_grid grid_sampler""".split():
    if _name in vars(nn.functional):
        globals()[_name] = getattr(nn.functional, _name)
pixel_shuffle, channel_shuffle = nn.functional.pixel_shuffle, nn.functional.channel_shuffle
Tensor.softplus = nn.functional.softplus


optim = _submodule("optim", **_optim.OPTIMIZERS)
optim.lr_scheduler = _submodule("optim.lr_scheduler", **_optim.SCHEDULES)
optim.optimizer = _submodule("optim.optimizer", Optimizer=_optim.Optimizer)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    if name.endswith("_") and hasattr(Tensor, name):
        return getattr(Tensor, name)
    return unknown.attribute("torch", name)

"""Functions of tensors that are made of others: PyTorch's second names, and what fewer models use."""

import builtins
import math

from _vitrine import trace

from . import _make, _ops
from ._tensor import Tensor, bool_, get_default_dtype, int64, leaf

divide = true_divide = _ops.div
multiply, subtract, positive = _ops.mul, _ops.sub, _ops.identity
greater, greater_equal, less, less_equal, not_equal = _ops.gt, _ops.ge, _ops.lt, _ops.le, _ops.ne
arccosh, arcsinh, arctanh = _ops.acosh, _ops.asinh, _ops.atanh
ger, fmax, fmin = _ops.outer, _ops.maximum, _ops.minimum


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    return _make.tensor(obj, dtype=dtype, requires_grad=requires_grad)


def diff(input, n=1, dim=-1, prepend=None, append=None):
    parts = [t for t in (prepend, input, append) if t is not None]
    x = _ops.cat(parts, dim) if len(parts) > 1 else input
    for _ in builtins.range(n):
        length = x.shape[dim]
        x = _ops.sub(_ops.narrow(x, dim, 1, length - 1), _ops.narrow(x, dim, 0, length - 1))
    return x


def rad2deg(input):
    return _ops.mul(input, 180 / math.pi)


def deg2rad(input):
    return _ops.mul(input, math.pi / 180)


def erfc(input):
    return _ops.rsub(_ops.erf(input), 1.0)


def sinc(input):
    angle = _ops.mul(input, math.pi)
    zero = _ops.eq(angle, 0.0)
    return _ops.where(zero, 1.0, _ops.div(_ops.sin(angle), _ops.where(zero, 1.0, angle)))


def heaviside(input, values):
    return _ops.where(_ops.eq(input, 0), values, _ops.cast(_ops.gt(input, 0), input.dtype))


def nansum(input, dim=None, keepdim=False, *, dtype=None):
    return _ops.sum(_ops.where(_ops.isnan(input), 0.0, input), dim, keepdim, dtype=dtype)


def count_nonzero(input, dim=None):
    return _ops.sum(_ops.cast(_ops.ne(input, 0), int64), dim)


def aminmax(input, *, dim=None, keepdim=False):
    return _ops.amin(input, dim, keepdim), _ops.amax(input, dim, keepdim)


def dist(input, other, p=2):
    return _ops.norm(_ops.sub(input, other), p)


def addmv(input, mat, vec, *, beta=1, alpha=1):
    return _ops.add(_ops.mul(input, beta), _ops.mul(_ops.mv(mat, vec), alpha))


def addr(input, vec1, vec2, *, beta=1, alpha=1):
    return _ops.add(_ops.mul(input, beta), _ops.mul(_ops.outer(vec1, vec2), alpha))


def vdot(input, other):
    return _ops.dot(input, other)


def chain_matmul(*matrices):
    made = matrices[0]
    for m in matrices[1:]:
        made = _ops.matmul(made, m)
    return made


def kron(input, other):
    if input.ndim != 2 or other.ndim != 2:
        raise trace.Unsupported("torch.kron of tensors that are no matrices is not read yet")
    (a, b), (c, d) = input.shape, other.shape
    made = _ops.mul(_ops.reshape(input, a, 1, b, 1), _ops.reshape(other, 1, c, 1, d))
    return _ops.reshape(made, a * c, b * d)


def isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    near = _ops.le(_ops.abs(_ops.sub(input, other)), _ops.add(_ops.mul(_ops.abs(other), rtol), atol))
    # Infinities of one sign are the same, though their difference is no number.
    near = _ops.logical_or(near, _ops.eq(input, other))
    return _ops.logical_or(near, _ops.logical_and(_ops.isnan(input), _ops.isnan(other))) if equal_nan else near


def isin(elements, test_elements, *, assume_unique=False, invert=False):
    if not isinstance(test_elements, Tensor):
        found = _ops.eq(elements, test_elements)
    else:
        found = _ops.any(_ops.eq(_ops.unsqueeze(elements, -1), _ops.flatten(test_elements)), -1)
    return _ops.logical_not(found) if invert else found


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    return _told_apart(input, dim, return_inverse, return_counts, "torch.unique", False)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    return _told_apart(input, dim, return_inverse, return_counts, "torch.unique_consecutive", True)


def _told_apart(input, dim, return_inverse, return_counts, name, in_order):
    """Values that differ, with the place of each, and how often it is there. Only of numbers that are known before a run."""
    if dim is not None:
        raise trace.Unsupported(f"{name} of slices is not read yet")
    if not input._known():
        raise trace.Unsupported(f"{name} has a result whose size depends on the values: how many differ is known in a run alone. "
                                "Where all that may be are known, compute with them: torch.arange(n), F.one_hot(x, n), bincount "
                                "with minlength=n")
    values = input._values()
    found, places, counts = [], [], []
    order = {} if in_order else {v: i for i, v in enumerate(builtins.sorted(set(values)))}
    if not in_order:
        found, counts = list(order), [0] * len(order)
    for v in values:
        if in_order and (not found or found[-1] != v):
            found.append(v)
            counts.append(0)
        places.append(len(found) - 1 if in_order else order[v])
        counts[places[-1]] += 1
    made = [_make.tensor(found, dtype=input.dtype)]
    if return_inverse:
        made.append(_ops.reshape(_make.tensor(places, dtype=int64), *input.shape))
    if return_counts:
        made.append(_make.tensor(counts, dtype=int64))
    return made[0] if len(made) == 1 else tuple(made)


# Shapes


def atleast_1d(*tensors):
    return _each(tensors, lambda x: _ops.reshape(x, 1) if x.ndim == 0 else x)


def atleast_2d(*tensors):
    return _each(tensors, lambda x: _ops.reshape(x, 1, 1) if x.ndim == 0 else _ops.unsqueeze(x, 0) if x.ndim == 1 else x)


def atleast_3d(*tensors):
    def made(x):
        if x.ndim == 0:
            return _ops.reshape(x, 1, 1, 1)
        if x.ndim == 1:
            return _ops.unsqueeze(_ops.unsqueeze(x, 0), -1)
        return _ops.unsqueeze(x, -1) if x.ndim == 2 else x

    return _each(tensors, made)


def _each(tensors, function):
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    elif len(tensors) == 1:
        return function(tensors[0])
    return tuple(function(t) for t in tensors)


def column_stack(tensors):
    return _ops.cat([_ops.unsqueeze(t, 1) if t.ndim == 1 else t for t in tensors], 1)


def row_stack(tensors):
    return _ops.vstack(tensors)


def dstack(tensors):
    return _ops.cat(list(atleast_3d(list(tensors))), 2)


def hsplit(input, indices_or_sections=None, *, indices=None, sections=None):
    return _ops.tensor_split(input, indices_or_sections, 0 if input.ndim == 1 else 1, indices=indices, sections=sections)


def vsplit(input, indices_or_sections=None, *, indices=None, sections=None):
    return _ops.tensor_split(input, indices_or_sections, 0, indices=indices, sections=sections)


def dsplit(input, indices_or_sections=None, *, indices=None, sections=None):
    return _ops.tensor_split(input, indices_or_sections, 2, indices=indices, sections=sections)


def rot90(input, k=1, dims=(0, 1)):
    a, b = dims
    k %= 4
    if k == 0:
        return input
    if k == 2:
        return _ops.flip(input, [a, b])
    turned = _ops.flip(input, [b]) if k == 1 else _ops.flip(input, [a])
    return _ops.transpose(turned, a, b)


def block_diag(*tensors):
    from .nn import functional as F

    blocks = [_ops.reshape(t, 1, -1) if t.ndim < 2 else t for t in tensors]
    width = builtins.sum(b.shape[1] for b in blocks)
    rows, at = [], 0
    for b in blocks:
        rows.append(F.pad(b, [at, width - at - b.shape[1]]))
        at = at + b.shape[1]
    return _ops.cat(rows, 0)


def cartesian_prod(*tensors):
    if len(tensors) == 1:
        return tensors[0]
    return _ops.stack([_ops.flatten(g) for g in _ops.meshgrid(*tensors)], -1)


def diagflat(input, offset=0):
    return _ops.diag(_ops.flatten(input), offset)


def select_scatter(input, src, dim, index):
    made = _ops.clone(input)
    made._become(_ops.add(made, 0)) if trace.tracing else None
    made[(slice(None),) * _ops.axis(dim, input.ndim) + (index,)] = src
    return made


def take(input, index):
    return _ops.flatten(input)[index]


# Made of nothing


def _indices(row, col, offset, keeps):
    pairs = [(i, j) for i in builtins.range(row) for j in builtins.range(col) if keeps(j - i, offset)]
    return _make.tensor([[i for i, _ in pairs], [j for _, j in pairs]], dtype=int64)


def tril_indices(row, col, offset=0, **_):
    return _indices(row, col, offset, lambda d, o: d <= o)


def triu_indices(row, col, offset=0, **_):
    return _indices(row, col, offset, lambda d, o: d >= o)


def randint_like(input, low, high=None, **options):
    return _make.randint(low, high, tuple(input.shape)) if high is not None else _make.randint(0, low, tuple(input.shape))


def hamming_window(window_length, periodic=True, alpha=0.54, beta=0.46, **_):
    n = window_length if periodic else builtins.max(1, window_length - 1)
    return _make.tensor([alpha - beta * math.cos(2 * math.pi * i / n) for i in builtins.range(window_length)])


def combinations(input, r=2, with_replacement=False):
    import itertools

    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    picks = list(choose(builtins.range(input.shape[0].__index__()), r))
    return input[_make.tensor(picks, dtype=int64)]


# Starts that are computed from random numbers


def erfinv(input):
    """
    Of uniform numbers, which is how a truncated normal distribution is often begun: erfinv(u) is a normal number
    divided by the root of 2, cut where the bounds of u say.
    """
    start = None if trace.tracing else input._init
    if start is None or start["kind"] != "uniform" or not -1 <= start["low"] < start["high"] <= 1:
        raise trace.Unsupported("torch.erfinv is not known to Vitrine yet.")
    low, high = (_erfinv(v) for v in (start["low"], start["high"]))
    return leaf(input.shape, input.dtype,
                {"kind": "truncated_normal", "mean": 0.0, "std": math.sqrt(0.5), "low": low, "high": high})


def _erfinv(y):
    """By bisection: erf grows."""
    if abs(y) >= 1:
        return math.copysign(5.0, y)
    low, high = -6.0, 6.0
    for _ in builtins.range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < y else (low, middle)
    return (low + high) / 2


def qr(input, some=True, mode="reduced"):
    """Outside of forward: of a random matrix, whose first factor is a random orthogonal one."""
    if trace.tracing:
        raise trace.Unsupported("torch.linalg.qr is not known to Vitrine yet.")
    rows, columns = input.shape[-2:]
    inner = builtins.min(rows, columns) if some and mode != "complete" else rows
    q = leaf([*input.shape[:-2], rows, inner], input.dtype, {"kind": "orthogonal", "gain": 1})
    return q, leaf([*input.shape[:-2], inner, columns], input.dtype, {"kind": "normal", "mean": 0, "std": 1})


_METHODS = """divide true_divide multiply subtract positive greater greater_equal less less_equal not_equal arccosh arcsinh
arctanh ger fmax fmin diff rad2deg deg2rad erfc sinc heaviside nansum count_nonzero aminmax dist addmv addr vdot kron
isclose isin hsplit vsplit dsplit rot90 diagflat select_scatter take erfinv qr unique unique_consecutive""".split()

_CHANGING = """divide true_divide multiply subtract greater greater_equal less less_equal not_equal arccosh arcsinh arctanh
rad2deg deg2rad erfc sinc heaviside addmv addr erfinv""".split()

#: Functions whose form that changes the tensor itself is made of the one that does not.
_ALSO_CHANGING = """acos acosh addmm addbmm asin asinh atan atan2 atanh baddbmm bitwise_and bitwise_not bitwise_or
bitwise_xor cosh cumprod cumsum eq erf exp2 expm1 fmod frac ge gt hypot index_add le log10 log1p log2 logical_and
logical_or logical_xor logit lt nan_to_num ne negative sgn sign sinh swapaxes swapdims tan trunc xlogy tanhshrink""".split()

__all__ = [n for n in dir() if not n.startswith("_") and n not in (
    "builtins", "math", "trace", "Tensor", "bool_", "get_default_dtype", "int64", "leaf")]


def install():
    own = globals()
    for name in _METHODS:
        if name not in Tensor.__dict__:
            setattr(Tensor, name, own[name])
    for name in [*_CHANGING, *_ALSO_CHANGING]:
        function = own.get(name) or vars(_ops).get(name)
        if function is not None and f"{name}_" not in Tensor.__dict__:
            setattr(Tensor, f"{name}_", _ops._in_place(function))
    if "fill_diagonal_" not in Tensor.__dict__:
        Tensor.fill_diagonal_ = _fill_diagonal


def _fill_diagonal(self, fill_value, wrap=False):
    rows, columns = self.shape[-2:]
    if wrap:
        raise trace.Unsupported("fill_diagonal_ with wrap=True is not read yet")
    return self._become(_ops.where(_ops.cast(_make.eye(rows, columns), bool_), fill_value, self))


install()

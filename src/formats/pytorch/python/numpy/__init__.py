"""
The arithmetic that constructors borrow from numpy. Numbers stay numbers; arrays are constant tensors, which know
their values as long as these come from the source.
"""

import builtins
import math

pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None


class _DType:
    """Both a dtype and, called, what makes a number of another."""

    def __init__(self, name, make):
        self.name, self._make = name, make

    def __call__(self, value=0):
        return value.astype(self) if hasattr(value, "_init") else self._make(value)

    def __repr__(self):
        return self.name


float64 = float_ = double = _DType("float64", float)
float32 = single = _DType("float32", float)
float16 = half = _DType("float16", float)
int64 = long = int_ = longlong = intp = _DType("int64", int)
int32 = intc = _DType("int32", int)
int16 = int8 = _DType("int8", int)
uint8 = _DType("uint8", int)
bool_ = bool8 = _DType("bool", builtins.bool)
bool, int, float = builtins.bool, builtins.int, builtins.float


def _torch():
    import torch

    return torch


def _dtype(kind):
    from torch._tensor import DTYPES

    if isinstance(kind, str):
        kind = {"int": "int64", "float": "float64"}.get(kind, kind)
        return DTYPES.get(kind)
    if isinstance(kind, _DType):
        return DTYPES[kind.name]
    return {float: DTYPES["float64"], int: DTYPES["int64"], bool: DTYPES["bool"]}.get(kind)


def _is_array(x):
    return hasattr(x, "_init") and hasattr(x, "_dtype")


def _numbers(values):
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _numeric(values):
    if isinstance(values, (list, tuple, range)):
        return all(_numeric(v) for v in values)
    return isinstance(values, (int, float, bool)) or _is_array(values)


def array(values, dtype=None, **_):
    if _is_array(values):
        return values if dtype is None else values.to(_dtype(dtype))
    if isinstance(values, (tuple, range)):
        values = list(values)
    if not isinstance(values, list) or not _numeric(values):
        return values
    made = _torch().tensor(values, dtype=_dtype(dtype))
    return made.double() if dtype is None and made.dtype.is_floating_point else made


asarray = ascontiguousarray = copy = array


def prod(values, *_, **__):
    return math.prod(_numbers(values)) if hasattr(values, "__iter__") or hasattr(values, "tolist") else values


def _over(name, function):
    def apply(x, *_, **__):
        if _is_array(x):
            return getattr(_torch(), name)(x)
        return array([apply(v) for v in x]) if isinstance(x, (list, tuple)) else function(x)

    return apply


sqrt, exp, log = _over("sqrt", math.sqrt), _over("exp", math.exp), _over("log", math.log)
log2, log10 = _over("log2", math.log2), _over("log10", math.log10)
sin, cos, tan, tanh = (_over(k, getattr(math, k)) for k in ("sin", "cos", "tan", "tanh"))
def _whole(value):
    """A whole number as numpy gives it; a size that has no number stays what it is."""
    return value if hasattr(value, "_expression") else float(value)


floor = _over("floor", lambda x: _whole(math.floor(x)))
ceil = _over("ceil", lambda x: _whole(math.ceil(x)))
abs = _over("abs", builtins.abs)
round = _over("round", builtins.round)
sign = _over("sign", lambda x: (x > 0) - (x < 0))
square = _over("square", lambda x: x * x)


def power(a, b):
    return a**b


def _pairs(name, function):
    def apply(a, b, *_, **__):
        if _is_array(a) or _is_array(b):
            return getattr(_torch(), name)(array(a), array(b))
        return function(a, b)

    return apply


maximum, minimum = _pairs("maximum", builtins.max), _pairs("minimum", builtins.min)
mod = _pairs("remainder", lambda a, b: a % b)


def _reduce(name, function):
    def apply(values, axis=None, *_, **__):
        if _is_array(values) and axis is not None:
            return getattr(_torch(), name)(values, axis)
        return function(_flat(_numbers(values)))

    return apply


def _flat(values):
    return [x for v in values for x in (_flat(v) if isinstance(v, list) else [v])]


sum = _reduce("sum", builtins.sum)
max = amax = _reduce("amax", builtins.max)
min = amin = _reduce("amin", builtins.min)
mean = average = _reduce("mean", lambda v: builtins.sum(v) / len(v))


def argmax(values, *_, **__):
    numbers = _numbers(values)
    return numbers.index(builtins.max(numbers))


def cumsum(values, *_, **__):
    total, out = 0, []
    for v in _numbers(values):
        total += v
        out.append(total)
    return array(out)


def _sizes(shape):
    return (shape,) if isinstance(shape, int) or hasattr(shape, "__index__") and not _is_array(shape) else tuple(shape)


def zeros(shape, dtype=float64, **_):
    return _torch().zeros(*_sizes(shape), dtype=_dtype(dtype))


def ones(shape, dtype=float64, **_):
    return _torch().ones(*_sizes(shape), dtype=_dtype(dtype))


empty = zeros


def full(shape, fill_value, dtype=None, **_):
    return _torch().full(_sizes(shape), fill_value, dtype=_dtype(dtype))


def eye(n, m=None, dtype=float64, **_):
    return _torch().eye(n, m, dtype=_dtype(dtype))


identity = eye


def arange(*arguments, dtype=None, **_):
    if all(isinstance(a, int) for a in arguments):
        values = list(range(*arguments))
    else:
        start, end, step = (0, arguments[0], 1) if len(arguments) == 1 else (*arguments, 1)[:3]
        values = [start + i * step for i in range(builtins.max(0, math.ceil((end - start) / step)))]
    return array(values, dtype)


def linspace(start, stop, num=50, **_):
    return array([start + (stop - start) * i / (num - 1) for i in range(num)] if num > 1 else [float(start)])


def logspace(start, stop, num=50, base=10.0, **_):
    gap = (stop - start) / (num - 1) if num > 1 else 0.0
    return array([base ** (start + i * gap) for i in range(num)])


def _same(name):
    def apply(x, *arguments, **options):
        if isinstance(x, (list, tuple)) and any(_is_array(v) or isinstance(v, (list, tuple)) for v in x) and name in (
            "cat", "stack"):
            x = [array(v) for v in x]
        elif not _is_array(x):
            x = array(x)
        return getattr(_torch(), name)(x, *arguments, **options)

    return apply


def concatenate(arrays, axis=0, **_):
    return _torch().cat([array(a) for a in arrays], axis)


def stack(arrays, axis=0, **_):
    return _torch().stack([array(a) for a in arrays], axis)


def expand_dims(x, axis):
    return array(x).unsqueeze(axis)


def transpose(x, axes=None):
    return array(x).T if axes is None else array(x).permute(*axes)


def meshgrid(*arrays, indexing="xy", **_):
    return _torch().meshgrid(*[array(a) for a in arrays], indexing=indexing)


reshape, triu, tril, tile, repeat, clip, outer = (
    _same(k) for k in ("reshape", "triu", "tril", "tile", "repeat_interleave", "clamp", "outer")
)


def isscalar(x):
    return isinstance(x, (int, float, bool))


class ndarray:
    pass


class _Random:
    @staticmethod
    def seed(*_):
        return None

    @staticmethod
    def normal(loc=0.0, scale=1.0, size=None):
        return loc if size is None else _torch().randn(*_sizes(size)) * scale + loc

    @staticmethod
    def uniform(low=0.0, high=1.0, size=None):
        return (low + high) / 2 if size is None else _torch().rand(*_sizes(size)) * (high - low) + low

    @staticmethod
    def randn(*size):
        return _torch().randn(*size) if size else 0.0

    @staticmethod
    def rand(*size):
        return _torch().rand(*size) if size else 0.5

    def __getattr__(self, name):
        from _vitrine import unknown

        return unknown.make(f"numpy.random.{name}")


random = _Random()


def atleast_1d(values):
    return array(list(values) if hasattr(values, "__iter__") else [values])


def any(values, *_, **__):
    return builtins.any(_flat(values) if hasattr(values, "__iter__") else [values])


def all(values, *_, **__):
    return builtins.all(_flat(values) if hasattr(values, "__iter__") else [values])


def allclose(a, b, rtol=1e-05, atol=1e-08, **_):
    return builtins.all(builtins.abs(x - y) <= atol + rtol * builtins.abs(y) for x, y in zip(_flat(a), _flat(b)))


def unique(values, **_):
    return array(sorted(set(_flat(values))))


def ravel(values, **_):
    return array(values).flatten()


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"numpy.{name}")

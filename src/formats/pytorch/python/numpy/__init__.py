"""
The arithmetic that constructors borrow from numpy. Numbers stay numbers; arrays are constant tensors, which know
their values as long as these come from the source.
"""

import builtins
import functools
import math

from _vitrine.sizes import Scalar

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


def _made(function):
    """What a script is given by a function of numpy is an array."""

    @functools.wraps(function)
    def called(*arguments, **options):
        from ._arrays import array_of, is_ours

        result = function(*arguments, **options)
        if not is_ours():
            return result
        if isinstance(result, (list, tuple)):
            return type(result)(array_of(r) if _is_array(r) else r for r in result)
        return array_of(result) if _is_array(result) else result

    return called


def _is_array(x):
    return hasattr(x, "_init") and hasattr(x, "_dtype")


def _numbers(values):
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _numeric(values):
    if isinstance(values, (list, tuple, range)):
        return all(_numeric(v) for v in values)
    return isinstance(values, (int, float, bool)) or _is_array(values)


def array(values, dtype=None, **_):
    if hasattr(values, "to_numpy"):
        values = values.to_numpy()
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


class _Words(Scalar):
    """Of an array, what a number has of it."""

    __slots__ = ()
    shape, ndim, size = (), 0, 1

    def astype(self, kind, *_, **__):
        wanted = _dtype(kind)
        if wanted is None or wanted.is_floating_point:
            return _Number(self)
        return builtins.bool(self) if wanted.name == "bool" else _Whole(self)

    def item(self):
        return self._plain(self)


class _Whole(_Words, builtins.int):
    """A whole number that has the words of an array."""

    __slots__ = ()
    _plain = builtins.int


class _Number(_Words, builtins.float):
    """What numpy's functions make of a number: one that has the words of an array."""

    __slots__ = ()
    _plain = builtins.float

    def __round__(self, digits=None):
        made = builtins.round(builtins.float(self), digits)
        return made if digits is None else _Number(made)


def _over(name, function):
    def apply(x, *_, **__):
        if _is_array(x):
            return getattr(_torch(), name)(x)
        if isinstance(x, (list, tuple)):
            return array([apply(v) for v in x])
        made = function(x)
        return _Number(made) if type(made) is builtins.float else made

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
round = _over("round", lambda x: builtins.round(x, 0) if isinstance(x, _Number) else builtins.round(x))
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


def vstack(arrays, **_):
    return concatenate([a if a.ndim > 1 else a.reshape(1, -1) for a in map(array, arrays)])


def hstack(arrays, **_):
    arrays = [array(a) for a in arrays]
    return concatenate(arrays, 1 if arrays[0].ndim > 1 else 0)


def column_stack(arrays):
    return concatenate([a if a.ndim > 1 else a.reshape(-1, 1) for a in map(array, arrays)], 1)


class _Joined:
    """`c_[a, b]` and `r_[a, b]`."""

    def __init__(self, join):
        self._join = join

    def __getitem__(self, arrays):
        return _made(self._join)(list(arrays) if isinstance(arrays, tuple) else [arrays])


c_, r_ = _Joined(column_stack), _Joined(concatenate)


def append(values, more, axis=None):
    if isinstance(values, list) and not _is_array(more):
        return array(values + list(more if hasattr(more, "__iter__") else [more]))
    values, more = array(values), array(more)
    return concatenate([values.reshape(-1), more.reshape(-1)] if axis is None else [values, more], axis or 0)


def where(condition, a=None, b=None):
    if a is None:
        places = [i for i, v in enumerate(_numbers(condition)) if v]
        return (array(places),)
    return _torch().where(array(condition), a, b)


def isnan(x):
    return _torch().isnan(x) if _is_array(x) else x != x


def nan_to_num(x, nan=0.0, **_):
    return _torch().where(_torch().isnan(x), nan, x)


def dot(a, b):
    return _torch().matmul(array(a), array(b))


matmul = dot


def _of_array(name):
    def apply(x, *arguments, **options):
        return getattr(array(x), name)(*arguments, **options)

    return apply


std, var, argsort, squeeze = (_of_array(k) for k in ("std", "var", "argsort", "squeeze"))


def median(values, axis=None, **_):
    """The middle, or the mean of the two in the middle."""
    x = array(values)
    x = x.reshape(-1) if axis is None else x
    ordered = _torch().sort(x, axis or 0).values
    n = ordered.shape[axis or 0]
    middle = [ordered.select(axis or 0, i) for i in ((n - 1) // 2, n // 2)]
    return (middle[0] + middle[1]) / 2


def sort(values, axis=-1, **_):
    return _torch().sort(array(values), axis).values


def delete(values, places, axis=0):
    x = array(values)
    n = x.shape[axis]
    gone = {p % n for p in ([places] if isinstance(places, int) else _numbers(places))}
    return _torch().index_select(x, axis, _torch().tensor([i for i in range(n) if i not in gone]))


def array_split(values, sections, axis=0):
    return list(_torch().tensor_split(array(values), sections, axis))


split = array_split


def expand_dims(x, axis):
    return array(x).unsqueeze(axis)


def transpose(x, axes=None):
    return array(x).T if axes is None else array(x).permute(*axes)


def meshgrid(*arrays, indexing="xy", **_):
    return _torch().meshgrid(*[array(a) for a in arrays], indexing=indexing)


def einsum(equation, *operands, **_):
    return _torch().einsum(equation, *[array(a) for a in operands])


def flip(x, axis=None):
    x = array(x)
    return x.flip(list(range(x.ndim)) if axis is None else [axis] if isinstance(axis, int) else list(axis))


def flipud(x):
    return flip(x, 0)


def fliplr(x):
    return flip(x, 1)


def zeros_like(x, dtype=None, **_):
    return _torch().zeros_like(array(x), dtype=_dtype(dtype) if dtype is not None else None)


def ones_like(x, dtype=None, **_):
    return _torch().ones_like(array(x), dtype=_dtype(dtype) if dtype is not None else None)


def full_like(x, fill_value, **_):
    return _torch().full_like(array(x), fill_value)


empty_like = zeros_like


def diag(x, k=0):
    return _torch().diag(array(x), k)


def geomspace(start, stop, num=50, **_):
    gap = (stop / start) ** (1 / (num - 1)) if num > 1 else 1.0
    return array([start * gap**i for i in range(num)])


class _Grid:
    """`ogrid[:n, :m]` and `mgrid[:n, :m]`: places along each axis, alone or spread over all."""

    def __init__(self, spread):
        self._spread = spread

    def __getitem__(self, parts):
        axes = [arange(p.start or 0, p.stop, p.step or 1) for p in (parts if isinstance(parts, tuple) else (parts,))]
        axes = [a.reshape([-1 if i == k else 1 for k in range(len(axes))]) for i, a in enumerate(axes)]
        if not self._spread:
            return axes if isinstance(parts, tuple) else axes[0]
        if not isinstance(parts, tuple):
            return axes[0]
        return _torch().stack(list(_torch().broadcast_tensors(*axes)))


ogrid, mgrid = _Grid(False), _Grid(True)


def cumprod(values, *_, **__):
    total, out = 1, []
    for v in _numbers(values):
        total *= v
        out.append(total)
    return array(out)


def diff(values, *_, **__):
    numbers = _numbers(values)
    return array([b - a for a, b in zip(numbers, numbers[1:])])


def argmin(values, *_, **__):
    numbers = _numbers(values)
    return numbers.index(builtins.min(numbers))


def roll(x, shift, axis=None):
    x = array(x)
    return x.flatten().roll(shift).reshape(x.shape) if axis is None else x.roll(shift, axis)


def swapaxes(x, a, b):
    return array(x).transpose(a, b)


def floor_divide(a, b):
    return a // b


def add(a, b):
    return a + b


def subtract(a, b):
    return a - b


def multiply(a, b):
    return a * b


def divide(a, b):
    return a / b


true_divide = divide


def deg2rad(x):
    return x * (pi / 180)


def rad2deg(x):
    return x * (180 / pi)


radians, degrees = deg2rad, rad2deg


def issubdtype(kind, other):
    return str(getattr(other, "name", other)) in str(getattr(kind, "name", kind))


def ndim(x):
    return x.ndim if hasattr(x, "ndim") else array(x).ndim if isinstance(x, (list, tuple)) else 0


def shape(x):
    return tuple(array(x).shape)


def size(x):
    return math.prod(array(x).shape) if hasattr(x, "__iter__") else 1


reshape, tile, repeat, outer = (_same(k) for k in ("reshape", "tile", "repeat_interleave", "outer"))


def clip(a, a_min=None, a_max=None, **_):
    return _same("clamp")(array(a), a_min, a_max)


def triu(m, k=0):
    return _same("triu")(array(m), k)


def tril(m, k=0):
    return _same("tril")(array(m), k)


def isscalar(x):
    return isinstance(x, (int, float, bool))


product, cumproduct = prod, cumprod

from ._random import Module  # noqa: E402

random = Module()


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


def loadtxt(*arguments, **options):
    from ._read import loadtxt as read

    return read(*arguments, **options)


def genfromtxt(*arguments, **options):
    from ._read import genfromtxt as read

    return read(*arguments, **options)


def load(*arguments, **options):
    from ._read import load as read

    return read(*arguments, **options)


for _name, _value in list(globals().items()):
    if not _name.startswith("_") and callable(_value) and not isinstance(_value, type) and getattr(
        _value, "__module__", None
    ) == __name__ and not isinstance(_value, _DType):
        globals()[_name] = _made(_value)


def __getattr__(name):
    if name == "ndarray":
        from ._arrays import ndarray

        return ndarray
    if name.startswith("_"):
        raise AttributeError(name)
    from _vitrine import unknown

    return unknown.make(f"numpy.{name}")

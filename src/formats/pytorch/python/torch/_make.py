"""Functions that make tensors."""

import array
import base64
import builtins
import functools
import math
import random

from _vitrine import channel, trace
from _vitrine.sizes import SymInt, SymRange, is_symbolic

from . import _tensor
from ._tensor import (
    Size,
    Tensor,
    as_dtype,
    bool_,
    emit,
    float32,
    float64,
    get_default_dtype,
    int64,
    leaf,
)


def sizes(arguments):
    """The sizes that a call names, one by one or in a sequence."""
    if len(arguments) == 1 and isinstance(arguments[0], (list, tuple)):
        arguments = arguments[0]
    out = []
    for a in arguments:
        if isinstance(a, Tensor):
            a = int(a)
        if isinstance(a, float) or not (is_symbolic(a) or hasattr(a, "__index__")):
            raise TypeError(f"sizes must be integers, but got {type(a).__name__}")
        out.append(a if isinstance(a, SymInt) else a.__index__())
    return out


def _symbolic(shape):
    return any(isinstance(d, SymInt) for d in shape)


def _constant(shape, value, dtype):
    if dtype.is_complex:
        from ._complex import pair

        return pair(_constant(shape, value, float32), _constant(shape, 0, float32), value == 0)
    if _symbolic(shape):
        return emit("ConstantOfShape", [], shape=shape, value=value, dtype=dtype.name)
    kind = {"kind": "zeros"} if value == 0 else {"kind": "ones"} if value == 1 else {
        "kind": "constant", "value": value if value == value and abs(value) != math.inf else
        math.copysign(3.4028234663852886e38, value)}
    return leaf(shape, dtype, kind)


def _options(tensor, requires_grad):
    if requires_grad:
        tensor.requires_grad = True
    return tensor


def zeros(*size, dtype=None, device=None, requires_grad=False, **_):
    shape = sizes(_.get("size") and (_["size"],) or size)
    return _options(_constant(shape, 0, as_dtype(dtype or get_default_dtype())), requires_grad)


def ones(*size, dtype=None, device=None, requires_grad=False, **_):
    shape = sizes(_.get("size") and (_["size"],) or size)
    return _options(_constant(shape, 1, as_dtype(dtype or get_default_dtype())), requires_grad)


empty = zeros


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False, **_):
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    if dtype is None:
        dtype = (
            bool_ if isinstance(fill_value, bool) else int64 if isinstance(fill_value, int) else get_default_dtype()
        )
    return _options(_constant(sizes((size,)), float(fill_value), as_dtype(dtype)), requires_grad)


def _like(tensor, dtype):
    return list(tensor.shape), as_dtype(dtype or tensor.dtype)


def zeros_like(input, *, dtype=None, **_):
    return _constant(*(lambda s, d: (s, 0, d))(*_like(input, dtype)))


def ones_like(input, *, dtype=None, **_):
    return _constant(*(lambda s, d: (s, 1, d))(*_like(input, dtype)))


empty_like = zeros_like


def full_like(input, fill_value, *, dtype=None, **_):
    shape, dtype = _like(input, dtype)
    return _constant(shape, float(fill_value), dtype)


def _random(shape, dtype, requires_grad, initializer):
    if dtype.is_complex:
        from ._complex import pair

        if initializer["kind"] == "normal":
            initializer = {**initializer, "std": initializer["std"] / math.sqrt(2)}
        return _options(pair(*[_random(shape, float32, False, initializer) for _ in (0, 1)]), requires_grad)
    if trace.tracing:
        if initializer["kind"] == "normal":
            made = emit("RandomNormal", [], shape=shape, mean=float(initializer["mean"]),
                        scale=float(initializer["std"]), dtype=dtype.name)
        else:
            made = emit("RandomUniform", [], shape=shape, low=float(initializer["low"]),
                        high=float(initializer["high"]), dtype=dtype.name)
    elif _symbolic(shape):
        raise trace.SymbolicSize(str(shape))
    else:
        made = leaf(shape, dtype, initializer)
    return _options(made, requires_grad)


def randn(*size, dtype=None, device=None, requires_grad=False, generator=None, **_):
    shape = sizes(_.get("size") and (_["size"],) or size)
    return _random(shape, as_dtype(dtype or get_default_dtype()), requires_grad,
                   {"kind": "normal", "mean": 0, "std": 1})


def rand(*size, dtype=None, device=None, requires_grad=False, generator=None, **_):
    shape = sizes(_.get("size") and (_["size"],) or size)
    return _random(shape, as_dtype(dtype or get_default_dtype()), requires_grad,
                   {"kind": "uniform", "low": 0, "high": 1})


def randn_like(input, *, dtype=None, **_):
    shape, dtype = _like(input, dtype)
    if dtype.is_complex:
        return randn(*shape, dtype=dtype)
    if trace.tracing:
        return emit("RandomNormalLike", [input], mean=0.0, scale=1.0, dtype=dtype.name)
    return randn(*shape, dtype=dtype)


def rand_like(input, *, dtype=None, **_):
    shape, dtype = _like(input, dtype)
    if trace.tracing:
        return emit("RandomUniformLike", [input], low=0.0, high=1.0, dtype=dtype.name)
    return rand(*shape, dtype=dtype)


def normal(mean=0.0, std=1.0, size=None, **_):
    if size is None:
        if isinstance(mean, Tensor):
            return mean + randn_like(mean) * std
        return randn_like(std) * std + mean
    return _random(sizes((size,)), get_default_dtype(), False, {"kind": "normal", "mean": mean, "std": std})


def randint(low, high=None, size=None, *, dtype=None, **_):
    if size is None:
        low, high, size = 0, low, high
    shape = sizes((size,))
    made = _random(shape, float32, False, {"kind": "uniform", "low": low, "high": high})
    if trace.tracing:
        from ._ops import cast, floor

        return cast(floor(made), as_dtype(dtype or int64))
    return leaf(shape, as_dtype(dtype or int64), {"kind": "uniform", "low": low, "high": high})


def randperm(n, *, generator=None, out=None, dtype=None, **_):
    """Outside of forward an order of its own, the same in each reading; the one that PyTorch draws is not known."""
    if trace.tracing:
        raise trace.Unsupported("torch.randperm in forward, another order in each run, is not read yet")
    # A file that is typed asks for the same one with every key.
    order = _known_order(n) if type(n) is int and n <= 100_000 else _order(n)
    return _listed(list(order), [n], as_dtype(dtype or int64))


def _order(n):
    order = list(range(n))
    random.Random(n).shuffle(order)
    return order


_known_order = functools.lru_cache(maxsize=8)(_order)


def eye(n, m=None, *, dtype=None, **_):
    dtype = as_dtype(dtype or get_default_dtype())
    m = n if m is None else m
    if _symbolic([n, m]):
        return emit("EyeLike", [zeros(n, m)], dtype=dtype.name)
    return leaf([n, m], dtype, {"kind": "eye"})


def _number(value):
    return value.item() if isinstance(value, Tensor) else value


def arange(start, end=None, step=1, *, dtype=None, device=None, requires_grad=False, **_):
    if end is None:
        start, end = 0, start
    start, end, step = _number(start), _number(end), _number(step)
    if dtype is None:
        floating = any(isinstance(v, float) for v in (start, end, step))
        dtype = get_default_dtype() if floating else int64
    dtype = as_dtype(dtype)
    if any(is_symbolic(v) for v in (start, end, step)):
        return emit("Range", [], start=start, limit=end, delta=step, dtype=dtype.name)
    if step == 0:
        raise RuntimeError("step must be nonzero")
    count = max(0, math.ceil((end - start) / step))
    return _options(_listed([start + i * step for i in range(count)], [count], dtype), requires_grad)


range_ = arange


def linspace(start, end, steps=100, *, dtype=None, **_):
    start, end, steps = float(_number(start)), float(_number(end)), int(steps)
    gap = (end - start) / (steps - 1) if steps > 1 else 0.0
    values = [start + i * gap for i in range(steps)]
    if steps > 1:
        values[-1] = end
    return _listed(values, [steps], as_dtype(dtype or get_default_dtype()))


def logspace(start, end, steps=100, base=10.0, *, dtype=None, **_):
    gap = (end - start) / (steps - 1) if steps > 1 else 0.0
    return _listed([base ** (start + i * gap) for i in range(steps)], [steps], as_dtype(dtype or get_default_dtype()))


def _listed(values, shape, dtype):
    if dtype is bool_:
        values = [1 if v else 0 for v in values]
    elif not dtype.is_floating_point:
        values = [int(v) for v in values]
    if len(values) >= _MANY:
        return packed(values, shape, dtype)
    return leaf(shape, dtype, {"kind": "values", "values": values})


#: So many numbers are sent as bytes rather than as text: the letters of a book are a million.
_MANY = 1000


_PLAIN = frozenset((int, float, bool))


def _flatten(data, values, depth, shape):
    if _is_unknown(data):
        data = data.__float__() if depth else []
    if isinstance(data, Tensor):
        inner = data.tolist() if data.shape else data.item()
        return _flatten(inner, values, depth, shape)
    if isinstance(data, (list, tuple)) or (hasattr(data, "tolist") and not isinstance(data, (int, float))):
        if hasattr(data, "tolist"):
            data = data.tolist()
            if not isinstance(data, (list, tuple)):
                return _flatten(data, values, depth, shape)
        if len(shape) == depth:
            shape.append(len(data))
        elif shape[depth] != len(data):
            raise ValueError(
                f"expected sequence of length {shape[depth]} at dim {depth} (got {len(data)})"
            )
        if _PLAIN.issuperset(map(type, data)):
            values.extend(data)
            return None
        for d in data:
            _flatten(d, values, depth + 1, shape)
        return None
    if isinstance(data, SymInt):
        data = data.__index__()
    if not isinstance(data, (int, float, bool)):
        data = float(data)
    values.append(data)
    return None


def _is_unknown(data):
    return isinstance(data, type) and hasattr(data, "_vitrine_unknown")


def packed(values, shape, dtype, columns=None):
    """Many numbers at once, and what the entries of the last axis are called."""
    answer = channel.ask("leaf", dtype=dtype.name, shape=list(shape), columns=columns, initializer={
        "kind": "packed", "data": base64.b64encode(array.array("d", values).tobytes()).decode("ascii")})
    if "error" in answer:
        raise RuntimeError(answer["error"])
    made = _tensor._from(answer)
    made._init = {"kind": "values"}
    return made


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    if hasattr(data, "to_numpy"):
        data = data.to_numpy()
    if isinstance(data, Tensor):
        from ._ops import cast

        copy = data if dtype is None else cast(data, as_dtype(dtype))
        if copy.__class__ is not Tensor and copy.__class__ is _tensor.ARRAY:
            copy, init = Tensor.__new__(Tensor)._fill(copy._id, copy._dtype, copy._shape), copy._init
            copy._init = init
        return _options(copy, requires_grad)
    if isinstance(data, SymRange):
        return arange(data.start, data.stop, data.step, dtype=dtype)
    if isinstance(data, builtins.range):
        data = list(data)
    if isinstance(data, SymInt):
        return emit("ConstantOfShape", [], shape=[], value=data, dtype=as_dtype(dtype or int64).name)
    if _is_unknown(data):
        return data
    if isinstance(data, (list, tuple)) and any(issubclass(k, SymInt) for k in set(map(type, data))):
        from ._ops import stack

        # Sizes: each is known as far as it is known, also when some are picked out.
        made = stack([tensor(v, dtype=dtype or int64) for v in data])
        made._elements = list(data)
        return made
    values, shape = [], []
    _flatten(data, values, 0, shape)
    if dtype is None:
        kinds = set(map(type, values))
        if kinds and builtins.all(issubclass(k, bool) for k in kinds):
            dtype = bool_
        elif kinds and builtins.all(issubclass(k, int) for k in kinds):
            dtype = int64
        else:
            dtype = get_default_dtype()
    return _options(_listed(values, shape, as_dtype(dtype)), requires_grad)


def as_tensor(data, dtype=None, device=None):
    return tensor(data, dtype=dtype)


def from_numpy(data):
    return tensor(data)


def scalar(value, dtype):
    """A Python number as an operand."""
    if isinstance(value, SymInt):
        return emit("ConstantOfShape", [], shape=[], value=value, dtype=dtype.name)
    return _constant([], float(value) if dtype.is_floating_point else int(value), dtype)


def hann_window(window_length, periodic=True, **_):
    n = window_length if periodic else window_length - 1
    return _listed([0.5 - 0.5 * math.cos(2 * math.pi * i / n) for i in range(window_length)], [window_length],
                   get_default_dtype())


__all__ = ["Size", "float64"]

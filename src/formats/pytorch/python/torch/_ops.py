"""Functions of tensors: what `torch.*`, tensor methods and operators share. Names and arguments are PyTorch's."""

import builtins
import functools
import math
from collections import namedtuple

from _vitrine import channel, trace
from _vitrine.sizes import SymFloat, SymInt, is_symbolic, to_int

from . import _layout, _make
from ._make import sizes
from ._tensor import (
    Size,
    Tensor,
    as_dtype,
    bool_,
    complex64,
    emit,
    float32,
    get_default_dtype,
    infer,
    int64,
    leaf,
    settled,
)

MAX = builtins.max
MIN = builtins.min


def cast(x, dtype):
    if x.dtype is dtype:
        return x
    if dtype.is_complex:
        from . import _complex

        return _complex.as_complex(x)
    if not trace.tracing and x._random():
        return leaf(x.shape, dtype, x._init)
    return emit("Cast", [x], to=dtype.name)


def promote(x, y):
    """Both operands as tensors of one type, by PyTorch's rules."""
    if not isinstance(x, Tensor):
        x, y = promote(y, x)[::-1] if isinstance(y, Tensor) else (x, y)
        return x, y
    if not isinstance(y, Tensor):
        y = number_of(y)
        dtype = x.dtype
        if dtype.is_complex or isinstance(y, complex):
            from . import _complex

            return cast(x, complex64), cast(_complex._constant(complex(y)), complex64)
        if isinstance(y, float) and not dtype.is_floating_point:
            dtype = get_default_dtype()
        elif not isinstance(y, bool) and dtype is bool_:
            dtype = int64
        return cast(x, dtype), _make.scalar(y, dtype)
    if x.dtype is y.dtype:
        return x, y
    a, b = x.dtype, y.dtype
    # A tensor without dimensions yields to one with dimensions in the same category.
    if a.is_complex or b.is_complex:
        wider = complex64
    elif a.is_floating_point == b.is_floating_point and bool(x.ndim) != bool(y.ndim):
        wider = a if x.ndim else b
    else:
        wider = a if a._rank > b._rank else b
        if {a.name, b.name} == {"float16", "bfloat16"}:
            wider = float32
    return cast(x, wider), cast(y, wider)


def number_of(value):
    if isinstance(value, (bool, int, float, complex, SymInt)):
        return value
    if isinstance(value, SymFloat):
        return value._whole()
    if hasattr(value, "_vitrine_unknown"):
        raise trace.Unsupported(f"the value of {value._vitrine_unknown} is not known")
    if hasattr(value, "__float__"):
        return float(value)
    raise TypeError(f"unsupported operand type(s): 'Tensor' and '{type(value).__name__}'")


def _scaled(x, y, op):
    """A random start under x op number stays one of its kind."""
    if trace.tracing or not isinstance(x, Tensor) or not x._random() or isinstance(y, (Tensor, SymInt)):
        return None
    if not isinstance(y, (int, float)):
        return None
    scale, shift = {"Mul": (y, 0), "Div": (1 / y if y else math.inf, 0), "Add": (1, y), "Sub": (1, -y)}.get(op, (None, 0))
    i = x._init
    if scale is None or shift and (i["kind"] == "orthogonal" or "sparsity" in i):
        return None
    if i["kind"] == "uniform":
        low, high = sorted((i["low"] * scale + shift, i["high"] * scale + shift))
        made = {"kind": "uniform", "low": low, "high": high}
    elif i["kind"] == "normal":
        made = {**i, "mean": i["mean"] * scale + shift, "std": i["std"] * builtins.abs(scale)}
    elif i["kind"] == "orthogonal":
        made = {"kind": "orthogonal", "gain": i["gain"] * scale}
    else:
        low, high = sorted((i["low"] * scale + shift, i["high"] * scale + shift))
        made = {"kind": "truncated_normal", "mean": i["mean"] * scale + shift, "std": i["std"] * builtins.abs(scale),
                "low": low, "high": high}
    made = leaf(x.shape, x.dtype, made)
    made.requires_grad = False
    return made


def _binary(op, x, y, alpha=1):
    if alpha != 1:
        y = mul(y, alpha) if isinstance(y, Tensor) else y * alpha
    made = _scaled(x, y, op)
    if made is None and op in ("Add", "Mul"):
        made = _scaled(y, x, op)
    if made is not None:
        return made
    x, y = promote(x, y)
    return emit(op, [x, y])


def add(input, other, *, alpha=1, out=None):
    if isinstance(input, Tensor) and isinstance(other, Tensor) and input.dtype is bool_ is other.dtype:
        return logical_or(input, other)
    return _binary("Add", input, other, alpha)


def sub(input, other, *, alpha=1, out=None):
    return _binary("Sub", input, other, alpha)


def rsub(input, other, *, alpha=1):
    return _binary("Sub", other, input, alpha)


def mul(input, other, *, out=None):
    if isinstance(input, Tensor) and isinstance(other, Tensor) and input.dtype is bool_ is other.dtype:
        return logical_and(input, other)
    return _binary("Mul", input, other)


def div(input, other, *, rounding_mode=None, out=None):
    if rounding_mode == "floor":
        return floor_divide(input, other)
    if rounding_mode not in (None, "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '" + str(rounding_mode) + "'")
    x, y = input, other
    if rounding_mode == "trunc":
        a, b = promote(x, y)
        if not a.dtype.is_floating_point:
            return emit("Div", [a, b])
    if isinstance(x, Tensor):
        x = _floating(x)
    if isinstance(y, Tensor):
        y = _floating(y)
    made = _binary("Div", x, float(y) if isinstance(y, int) else y)
    return trunc(made) if rounding_mode == "trunc" else made


def floor_divide(input, other):
    x, y = promote(input, other)
    if x.dtype.is_floating_point:
        return floor(emit("Div", [x, y]))
    # ONNX's quotient of whole numbers is cut towards zero; without the remainder there is nothing to cut.
    return emit("Div", [emit("Sub", [x, emit("Mod", [x, y])]), y])


def remainder(input, other, *, out=None):
    x, y = promote(input, other)
    return emit("Mod", [x, y])


def fmod(input, other, *, out=None):
    # With the sign of the dividend, as C has it.
    x, y = promote(input, other)
    return sub(x, mul(y, div(x, y, rounding_mode="trunc")))


def logaddexp(input, other, *, out=None):
    return add(maximum(input, other), log1p(exp(neg(abs(sub(input, other))))))


def hypot(input, other):
    return sqrt(add(square(input), square(other)))


def xlogy(input, other):
    x, y = promote(input, other)
    return where(eq(x, 0), 0.0, mul(x, log(y)))


def nan_to_num(input, nan=0.0, posinf=None, neginf=None):
    largest = 3.4028234663852886e38
    bounded = clamp(where(isnan(input), float(nan), input), -largest, largest)
    if posinf is not None:
        bounded = where(ge(input, largest * 2), float(posinf), bounded)
    if neginf is not None:
        bounded = where(le(input, -largest * 2), float(neginf), bounded)
    return bounded


def cross(input, other, dim=None, *, out=None):
    if dim is None:
        # Of the first dimension with three numbers, which torch.linalg.cross does not do.
        threes = [i for i, d in enumerate(input.shape) if d == 3]
        if not threes:
            raise RuntimeError("no dimension of size 3 in input")
        dim = threes[0]
    at = axis(dim, input.ndim)
    return sub(mul(roll(input, -1, at), roll(other, -2, at)), mul(roll(input, -2, at), roll(other, -1, at)))


def cumprod(input, dim, *, dtype=None, out=None):
    return emit("CumProd", [_counted(input, dtype)], axis=axis(dim, input.ndim))


def _counted(input, dtype):
    """What sums and products are taken of: of whole numbers and truth values in int64, unless another type is named."""
    if dtype is not None:
        return cast(input, as_dtype(dtype))
    return input if input.dtype.is_floating_point else cast(input, int64)


def index_add(input, dim, index, source, *, alpha=1):
    at = axis(dim, input.ndim)
    shape = [1] * input.ndim
    shape[at] = -1
    index = expand(reshape(index, *shape), *source.shape)
    return scatter_add(input, at, index, source if alpha == 1 else mul(source, alpha))


def median(input, dim=None, keepdim=False):
    if dim is None:
        return median(flatten(input), 0)[0]
    values, places = sort(input, dim)
    at = axis(dim, input.ndim)
    middle = (input.shape[at] - 1) // 2
    if keepdim:
        return _Pair(narrow(values, at, middle, 1), narrow(places, at, middle, 1))
    return _Pair(select(values, at, middle), select(places, at, middle))


def pow(input, exponent, *, out=None):
    x, y = promote(input, exponent)
    return emit("Pow", [x, y])


float_power = pow


def _compare(op):
    def compare(input, other, *, out=None):
        if other is None:
            return op == "NotEqual"
        x, y = promote(input, other)
        return emit(op, [x, y])

    return compare


eq = _compare("Equal")
ne = _compare("NotEqual")
gt = _compare("Greater")
ge = _compare("GreaterOrEqual")
lt = _compare("Less")
le = _compare("LessOrEqual")


def _as_bool(x):
    return cast(x, bool_) if isinstance(x, Tensor) else _make.scalar(bool(x), bool_)


def logical_and(input, other):
    return emit("And", [_as_bool(input), _as_bool(other)])


def logical_or(input, other):
    return emit("Or", [_as_bool(input), _as_bool(other)])


def logical_xor(input, other):
    return emit("Xor", [_as_bool(input), _as_bool(other)])


def logical_not(input):
    return emit("Not", [_as_bool(input)])


def _whole(x):
    return isinstance(x, Tensor) and x.dtype is not bool_ and not x.dtype.is_floating_point


def bitwise_right_shift(input, other):
    """Of whole numbers, by a number that is known: what is left of a division by a power of two."""
    if not _whole(input) or not isinstance(other, int):
        raise trace.Unsupported("torch.bitwise_right_shift by numbers that are not known is not read yet")
    return floor_divide(input, 2**other)


def bitwise_left_shift(input, other):
    if not _whole(input) or not isinstance(other, int):
        raise trace.Unsupported("torch.bitwise_left_shift by numbers that are not known is not read yet")
    return mul(input, 2**other)


def _and_bits(x, y):
    """`&` of truth values, and of whole numbers with the lowest bits, with one bit or with truth values."""
    if _whole(y) and isinstance(x, Tensor) and not _whole(x):
        x, y = y, x
    if not _whole(x):
        return logical_and(x, y)
    if isinstance(y, Tensor) and y.dtype is bool_:
        return mul(remainder(x, 2), cast(y, x.dtype))
    if isinstance(y, int) and not isinstance(y, bool) and y >= 0:
        if y & (y + 1) == 0:
            return remainder(x, y + 1)
        if y & (y - 1) == 0:
            return mul(remainder(floor_divide(x, y), 2), y)
    raise trace.Unsupported("bits of whole numbers are not read yet, but for the lowest ones (x & 7) and one of them (x & 4)")


def _bits(name, function):
    """Of truth values; the bits of whole numbers are not read."""
    def bits(x, y):
        if _whole(x) or _whole(y):
            raise trace.Unsupported(f"{name} of whole numbers is not read yet (of truth values it is)")
        return function(x, y)

    return bits


def _bitwise(name, function):
    """Of truth values it is the logical one; the bits of whole numbers are not read."""
    def bitwise(*operands, out=None):
        for x in operands:
            if not (isinstance(x, bool) or isinstance(x, Tensor) and x.dtype is bool_):
                raise trace.Unsupported(f"torch.{name} of whole numbers is not read yet (of truth values it is)")
        return function(*operands)

    return bitwise


def bitwise_and(input, other, out=None):
    return _and_bits(input, other)


bitwise_or = _bitwise("bitwise_or", logical_or)
bitwise_xor, bitwise_not = _bitwise("bitwise_xor", logical_xor), _bitwise("bitwise_not", logical_not)


def _floating(x):
    return x if x.dtype.is_floating_point or x.dtype.is_complex else cast(x, get_default_dtype())


def _unary(op, floating=True):
    def unary(input, *, out=None):
        return emit(op, [_floating(input) if floating else input])

    return unary


exp = _unary("Exp")
log = _unary("Log")
sqrt = _unary("Sqrt")
sin = _unary("Sin")
cos = _unary("Cos")
tan = _unary("Tan")
asin = arcsin = _unary("Asin")
acos = arccos = _unary("Acos")
atan = arctan = _unary("Atan")
sinh = _unary("Sinh")
cosh = _unary("Cosh")
asinh = _unary("Asinh")
acosh = _unary("Acosh")
atanh = _unary("Atanh")
tanh = _unary("Tanh")
sigmoid = _unary("Sigmoid")
erf = _unary("Erf")
reciprocal = _unary("Reciprocal")
neg = negative = _unary("Neg", False)
abs = absolute = _unary("Abs", False)
sign = sgn = _unary("Sign", False)
floor = _unary("Floor", False)
ceil = _unary("Ceil", False)
relu = _unary("Relu", False)


def isnan(input):
    # What is not equal to itself.
    return logical_not(emit("Equal", [input, input]))


def isinf(input):
    return emit("IsInf", [input])


def round(input, *, decimals=0, out=None):
    if decimals == 0:
        return emit("Round", [input])
    scale = 10.0 ** builtins.abs(decimals)
    if decimals > 0:
        return div(emit("Round", [mul(input, scale)]), scale)
    return mul(emit("Round", [div(input, scale)]), scale)


def trunc(input, *, out=None):
    return mul(sign(input), floor(abs(input)))


fix = trunc


def frac(input):
    return sub(input, trunc(input))


def rsqrt(input):
    return reciprocal(sqrt(input))


def square(input):
    return mul(input, input)


def _exactly(value, exact):
    """A value with the digits of another, which is the same but for rounding; the gradient is the value's."""
    return add(value, detach(sub(exact, value)))


def log1p(input, *, out=None):
    # What 1 + x cannot hold of a small x comes back as a factor (Higham, Accuracy and Stability, 1.14.1).
    x = _floating(input)
    u = add(x, 1.0)
    value = log(u)
    plain = logical_or(eq(u, 1.0), ge(abs(x), 1.0))
    rest = sub(u, 1.0)
    exact = where(eq(u, 1.0), x, mul(value, div(x, where(plain, 1.0, rest))))
    return where(ge(abs(x), 1.0), value, _exactly(value, exact))


def expm1(input, *, out=None):
    x = _floating(input)
    u = exp(x)
    value, one = sub(u, 1.0), eq(u, 1.0)
    plain = logical_or(one, ge(abs(x), 1.0))
    exact = where(one, x, mul(value, div(x, where(plain, 1.0, log(u)))))
    return where(ge(abs(x), 1.0), value, _exactly(value, exact))


def log2(input):
    return mul(log(input), 1 / math.log(2))


def log10(input):
    return mul(log(input), 1 / math.log(10))


def exp2(input):
    return exp(mul(input, math.log(2)))


def logit(input, eps=None):
    x = input if eps is None else clamp(input, eps, 1 - eps)
    return log(div(x, rsub(x, 1.0)))


def isfinite(input):
    return logical_not(logical_or(isnan(input), isinf(input)))


def clamp(input, min=None, max=None, *, out=None):
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        x = input
        if min is not None:
            x = maximum(x, min)
        return x if max is None else minimum(x, max)
    if not trace.tracing and input._random() and _within(input._init, min, max):
        return input
    if not input.dtype.is_floating_point and (isinstance(min, float) or isinstance(max, float)):
        input = cast(input, get_default_dtype())
    return emit("Clip", [input], min=None if min is None else float(min), max=None if max is None else float(max))


clip = clamp


def _within(start, low, high):
    """Whether what a tensor begins with lies between two bounds already."""
    a, b = start.get("low"), start.get("high")
    return a is not None and (low is None or a >= low - 1e-9) and (high is None or b <= high + 1e-9)


def clamp_min(input, min):
    return clamp(input, min)


def clamp_max(input, max):
    return clamp(input, None, max)


def maximum(input, other, *, out=None):
    return emit("Max", list(promote(input, other)))


def minimum(input, other, *, out=None):
    return emit("Min", list(promote(input, other)))


def atan2(input, other, *, out=None):
    """The angle of (other, input), from the arc tangent of their quotient and the quadrant."""
    y, x = promote(input, other)
    y, x = _floating(y), _floating(x)
    on_axis = eq(x, 0.0)
    # A quotient by one where x is 0: neither the value nor its gradient may be infinite there.
    right = atan(div(y, where(on_axis, 1.0, x)))
    left = add(right, where(lt(y, 0.0), -math.pi, math.pi))
    return where(on_axis, mul(sign(y), math.pi / 2), where(lt(x, 0.0), left, right))


arctan2 = atan2


def lerp(input, end, weight):
    return add(input, mul(sub(end, input), weight))


def addcmul(input, tensor1, tensor2, *, value=1):
    return add(input, mul(mul(tensor1, tensor2), value))


def addcdiv(input, tensor1, tensor2, *, value=1):
    return add(input, mul(div(tensor1, tensor2), value))


def where(condition, input=None, other=None):
    if input is None:
        return tuple(_make.tensor(c, dtype=int64) for c in _chosen(condition, "torch.where with a condition alone"))
    if not isinstance(input, Tensor) and not isinstance(other, Tensor):
        floating = isinstance(input, float) or isinstance(other, float)
        dtype = get_default_dtype() if floating else int64
        x, y = _make.scalar(input, dtype), _make.scalar(other, dtype)
    else:
        x, y = promote(input, other)
    return emit("Where", [_as_bool(condition), x, y])


def masked_fill(input, mask, value):
    if isinstance(value, Tensor):
        value = cast(value, input.dtype)
    else:
        value = _make.scalar(value, input.dtype)
    return emit("Where", [_as_bool(mask), value, input])


def detach(input):
    return emit("Identity", [input], detach=True)


def clone(input, **_):
    if not trace.tracing and input._init is not None:
        made = settled(input)
    else:
        made = Tensor.__new__(Tensor)._fill(input._id, input.dtype, input.shape)
        made._init = input._init
    made.requires_grad = input.requires_grad
    return made


def identity(input, *_, **__):
    return input


# Dimensions


def axis(dim, rank):
    """A dimension counted from the front. Raises PyTorch's error when there is none."""
    if isinstance(dim, Tensor):
        dim = int(dim)
    span = MAX(rank, 1)
    if not -span <= dim < span:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {dim})"
        )
    return dim + span if dim < 0 else dim


def _axes(dim, rank):
    if dim is None:
        return None
    if isinstance(dim, (list, tuple)):
        return [axis(d, rank) for d in dim] or None
    return [axis(dim, rank)]


def reshape(input, *shape, **options):
    if "shape" in options:
        shape = (options["shape"],)
    return emit("Reshape", [input], shape=[to_int(d) if is_symbolic(d) else d for d in sizes(shape)])


def view(input, *shape, **options):
    if len(shape) == 1 and hasattr(shape[0], "is_floating_point"):
        return cast(input, shape[0])
    made = reshape(input, *(shape or (options["size"],)))
    _layout.check(input, made.shape)
    return made


def view_as(input, other):
    made = reshape(input, *other.shape)
    _layout.check(input, made.shape)
    return made


def reshape_as(input, other):
    return reshape(input, *other.shape)


def flatten(input, start_dim=0, end_dim=-1):
    rank = input.ndim
    if rank == 0:
        return reshape(input, 1)
    start, end = axis(start_dim, rank), axis(end_dim, rank)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if start == end:
        return input
    if start == 1 and end == rank - 1:
        return emit("Flatten", [input], axis=1)
    merged = math.prod(input.shape[start : end + 1])
    return reshape(input, *input.shape[:start], merged, *input.shape[end + 1 :])


def unflatten(input, dim, sizes):
    at = axis(dim, input.ndim)
    return reshape(input, *input.shape[:at], *sizes, *input.shape[at + 1 :])


ravel = lambda input: flatten(input)


def transpose(input, dim0, dim1):
    rank = input.ndim
    a, b = axis(dim0, rank), axis(dim1, rank)
    perm = list(builtins.range(rank))
    if not rank:
        return input
    perm[a], perm[b] = perm[b], perm[a]
    return _layout.turned(emit("Transpose", [input], perm=perm), input, perm)


swapdims = transpose


def swapaxes(input, axis0, axis1):
    return transpose(input, axis0, axis1)


def t(input):
    return transpose(input, 0, 1) if input.ndim > 1 else input


def adjoint(input):
    return transpose(input, -1, -2)


def permute(input, *axes, dims=None):
    dims = axes if dims is None else dims
    if len(dims) == 1 and isinstance(dims[0], (list, tuple)):
        dims = dims[0]
    if len(dims) != input.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
            f"desired ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(dims)}"
        )
    perm = [axis(d, input.ndim) for d in dims]
    return _layout.turned(emit("Transpose", [input], perm=perm), input, perm)


def movedim(input, source, destination):
    rank = input.ndim
    source = [axis(s, rank) for s in (source if isinstance(source, (list, tuple)) else [source])]
    to = [axis(d, rank) for d in (destination if isinstance(destination, (list, tuple)) else [destination])]
    perm = [d for d in builtins.range(rank) if d not in source]
    for place, s in sorted(zip(to, source)):
        perm.insert(place, s)
    return _layout.turned(emit("Transpose", [input], perm=perm), input, perm)


moveaxis = movedim


def unsqueeze(input, dim):
    return emit("Unsqueeze", [input], axes=[axis(dim, input.ndim + 1)])


def squeeze(input, dim=None):
    if dim is None:
        axes = [i for i, d in enumerate(input.shape) if d == 1]
    else:
        axes = [a for a in _axes(dim, input.ndim) or [] if input.shape[a] == 1]
    return emit("Squeeze", [input], axes=axes) if axes else input


def expand(input, *shape, size=None, implicit=False):
    wanted = sizes(shape if size is None else (size,))
    missing = len(wanted) - input.ndim
    filled = [
        input.shape[i - missing] if isinstance(d, int) and d == -1 else d for i, d in enumerate(wanted)
    ]
    return emit("Expand", [input], shape=filled)


def expand_as(input, other):
    return expand(input, *other.shape)


broadcast_to = expand


def repeat(input, *times, repeats=None):
    times = sizes(times if repeats is None else (repeats,))
    if len(times) > input.ndim:
        input = reshape(input, *[1] * (len(times) - input.ndim), *input.shape)
    return emit("Tile", [input], repeats=times)


def tile(input, *dims):
    times = sizes(dims)
    times = [1] * (input.ndim - len(times)) + times
    return repeat(input, *times)


def repeat_interleave(input, repeats, dim=None, *, output_size=None):
    if isinstance(repeats, Tensor):
        raise trace.Unsupported("repeat_interleave with a tensor of repeats is not read yet")
    if dim is None:
        input, dim = flatten(input), 0
    at = axis(dim, input.ndim)
    x = unsqueeze(input, at + 1)
    shape = list(x.shape)
    shape[at + 1] = repeats
    return flatten(expand(x, *shape), at, at + 1)


def cat(tensors, dim=0, *, out=None, axis_=None, **options):
    tensors = [x for x in tensors if not (isinstance(x, Tensor) and x.ndim == 1 and x.shape[0] == 0)]
    dim = options.get("axis", dim)
    if not tensors:
        raise RuntimeError("torch.cat(): expected a non-empty list of Tensors")
    widest = MAX((x.dtype for x in tensors), key=lambda d: d._rank)
    if len(tensors) == 1:
        return tensors[0]
    return emit("Concat", [cast(x, widest) for x in tensors], axis=axis(dim, tensors[0].ndim))


concat = concatenate = cat


def stack(tensors, dim=0, *, out=None):
    tensors = list(tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    at = axis(dim, tensors[0].ndim + 1)
    parts = [unsqueeze(x, at) for x in tensors]
    return cat(parts, at)


def hstack(tensors):
    tensors = list(tensors)
    return cat(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(tensors):
    return cat([unsqueeze(x, 0) if x.ndim == 1 else x for x in tensors], 0)


def split(tensor, split_size_or_sections=None, dim=0, *, split_size=None):
    # The method calls it by the shorter name.
    split_size_or_sections = split_size if split_size_or_sections is None else split_size_or_sections
    at = axis(dim, tensor.ndim)
    length = tensor.shape[at]
    if isinstance(split_size_or_sections, (list, tuple)):
        parts = list(split_size_or_sections)
    else:
        step = split_size_or_sections
        if step == length:
            return (tensor,)
        if is_symbolic(length):
            # An even split is possible when it divides: T*3 by T.
            count = length // step
            if is_symbolic(count):
                raise trace.SymbolicSize(repr(length))
            parts = [step] * count
        else:
            parts = [step] * (length // step) + ([length % step] if length % step else [])
    if len(parts) == 1:
        return (tensor,)
    return emit("Split", [tensor], len(parts) + 1, axis=at, split=parts)


def split_with_sizes(input, split_sizes, dim=0):
    return split(input, split_sizes, dim)


def chunk(input, chunks, dim=0):
    length = input.shape[axis(dim, input.ndim)]
    chunks = chunks.__index__()
    step = -(-length // chunks)
    if is_symbolic(step):
        step = length // chunks
        return split(input, [step] * chunks, dim)
    return split(input, step, dim)


def tensor_split(input, indices_or_sections=None, dim=0, *, indices=None, sections=None):
    wanted = next(v for v in (indices_or_sections, indices, sections) if v is not None)
    at = axis(dim, input.ndim)
    length = input.shape[at]
    if isinstance(wanted, Tensor):
        wanted = wanted.tolist()
    if isinstance(wanted, int):
        return split(input, [length // wanted + (1 if i < length % wanted else 0) for i in builtins.range(wanted)], at)
    # Places as a slice has them: from the end if negative, none beyond it.
    edges = [0, *wanted, length]
    before = (slice(None),) * at
    return tuple(getitem(input, (*before, slice(a, b))) for a, b in zip(edges, edges[1:]))


def unbind(input, dim=0):
    at = axis(dim, input.ndim)
    length = input.shape[at]
    length = length.__index__()
    return tuple(select(input, at, i) for i in builtins.range(length))


def select(input, dim, index):
    at = axis(dim, input.ndim)
    index_of = [slice(None)] * at + [index]
    return getitem(input, tuple(index_of))


def narrow(input, dim, start, length):
    at = axis(dim, input.ndim)
    return getitem(input, tuple([slice(None)] * at + [slice(start, start + length)]))


def flip(input, *places, dims=None):
    dims = places if dims is None else (dims,)
    axes = [axis(d, input.ndim) for d in sizes(dims)]
    return emit("Slice", [input], starts=[-1] * len(axes), ends=[-2147483648] * len(axes), axes=axes,
                steps=[-1] * len(axes))


fliplr = lambda input: flip(input, 1)
flipud = lambda input: flip(input, 0)


def roll(input, shifts, dims=None):
    if dims is None:
        return reshape(roll(flatten(input), shifts, 0), *input.shape)
    shifts = shifts if isinstance(shifts, (list, tuple)) else [shifts]
    dims = dims if isinstance(dims, (list, tuple)) else [dims]
    for s, d in zip(shifts, dims):
        at = axis(d, input.ndim)
        length = input.shape[at]
        s = s if is_symbolic(length) else s % length
        if isinstance(s, int) and s == 0:
            continue
        before = [slice(None)] * at
        cut = -s if s > 0 else -s
        input = cat([getitem(input, tuple([*before, slice(cut, None)])),
                     getitem(input, tuple([*before, slice(None, cut)]))], at)
    return input


def _bounds(part, length):
    start, stop, step = part.start, part.stop, part.step
    step = 1 if step is None else int(step)
    if step < 1:
        raise ValueError("step must be greater than zero")
    width = _width(start, stop)
    start, stop = (int(v) if isinstance(v, Tensor) else v for v in (start, stop))
    if width is not None:
        stop = start + width
    return (0 if start is None else start), (length if stop is None else stop), step


def _width(start, stop):
    """How far apart two places are that a script draws by chance, where code says that: data[i : i + 8]."""
    if trace.script is None or not (isinstance(start, Tensor) and isinstance(stop, Tensor)):
        return None
    width = channel.ask("gap", a=start._id, b=stop._id).get("gap")
    if width is None or start._known():
        return None
    trace.script.windows = True
    return builtins.max(0, builtins.int(width))


def getitem(x, index):
    held = x.__dict__.get("_elements")
    if held is not None and isinstance(index, (slice, int)):
        return _make.tensor(held[index], dtype=x.dtype)
    if not isinstance(index, tuple):
        index = (index,) if not (isinstance(index, list) and any(isinstance(i, (slice, list, Tensor)) for i in index)) else tuple(index)
    taken = builtins.sum(
        (i.ndim if isinstance(i, Tensor) and i.dtype is bool_ else 1)
        for i in index if i is not None and i is not Ellipsis and not isinstance(i, bool)
    )
    if taken > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    masked = _masked_by(x, index)
    if masked is not None:
        return masked
    parts = []
    for i in index:
        if i is Ellipsis:
            parts.extend([slice(None)] * (x.ndim - taken))
        else:
            parts.append(i)
    starts, ends, axes, steps, squeezed, inserted, advanced = [], [], [], [], [], [], []
    dim = out = 0
    for p in parts:
        if p is None:
            inserted.append(out)
            out += 1
            continue
        if isinstance(p, SymFloat):
            p = p._whole()
        if isinstance(p, Tensor) and p.ndim == 0 and p.dtype is not bool_ and not trace.tracing:
            p = int(p)
        if isinstance(p, bool):
            raise trace.Unsupported("indexing with a truth value is not read yet")
        if isinstance(p, slice):
            length = x.shape[dim]
            start, stop, step = _bounds(p, length)
            if not (isinstance(start, int) and start == 0 and _same(stop, length) and step == 1):
                starts.append(start)
                ends.append(stop)
                axes.append(dim)
                steps.append(step)
            out += 1
        elif isinstance(p, (Tensor, list, tuple, builtins.range)):
            if not isinstance(p, Tensor):
                p = _make.tensor(list(p))
            if p.dtype is bool_:
                if p.ndim == 0:
                    raise trace.Unsupported("indexing with a truth value is not read yet")
                covered = x.shape[dim : dim + p.ndim]
                if not builtins.all(_same(a, b) and _same(b, a) for a, b in zip(p.shape, covered)):
                    raise IndexError(
                        f"The shape of the mask {list(p.shape)} at index 0 does not match the shape of the indexed "
                        f"tensor {list(x.shape)} at index {dim}"
                    )
                for place in _chosen(p, "indexing with a mask"):
                    advanced.append((dim, out, _make.tensor(place, dtype=int64)))
                    dim += 1
                    out += 1
                continue
            advanced.append((dim, out, p))
            out += 1
        else:
            if not isinstance(p, SymInt):
                p = p.__index__()
            length = x.shape[dim]
            if isinstance(length, int) and isinstance(p, int) and not -length <= p < length:
                raise IndexError(f"index {p} is out of bounds for dimension {dim} with size {length}")
            starts.append(p)
            ends.append(length if isinstance(p, int) and p == -1 else p + 1)
            axes.append(dim)
            steps.append(1)
            squeezed.append(dim)
        dim += 1
    if axes:
        x = emit("Slice", [x], starts=starts, ends=ends, axes=axes, steps=steps)
    if squeezed:
        x = emit("Squeeze", [x], axes=squeezed)
    if inserted:
        x = emit("Unsqueeze", [x], axes=inserted)
    if len(advanced) == 1:
        return emit("Gather", [x, advanced[0][2]], axis=advanced[0][1])
    if advanced:
        return _gather_several(x, [(o, p) for _, o, p in advanced])
    return x


def _masked_by(x, index):
    """What a mask chooses whose numbers only a run has; None for any other index."""
    mask = index[0] if len(index) == 1 and trace.tracing else None
    if not isinstance(mask, Tensor) or mask.dtype is not bool_ or not 0 < mask.ndim <= x.ndim or mask._known():
        return None
    from ._masked import Masked

    covered = x.shape[: mask.ndim]
    return Masked(x, mask) if builtins.all(_same(a, b) and _same(b, a) for a, b in zip(mask.shape, covered)) else None


def _same(a, b):
    if isinstance(a, SymInt) or isinstance(b, SymInt):
        difference = a - b
        return isinstance(difference, int) and difference == 0
    return a == b or (isinstance(a, int) and a > b)


def _gather_several(x, picks):
    """Several index tensors: ONNX's GatherND over the leading dimensions."""
    dims = [d for d, _ in picks]
    front = dims == list(builtins.range(len(dims)))
    if not front:
        x = permute(x, [*dims, *(d for d in builtins.range(x.ndim) if d not in dims)])
    shape = Size(())
    for _, p in picks:
        shape = Size(_broadcast(shape, p.shape))
    index = stack([expand(cast(p, int64), *shape) for _, p in picks], -1)
    made = emit("GatherND", [x, index])
    # Neighbouring dimensions are replaced where they stand, others go to the front.
    if not front and dims == list(builtins.range(dims[0], dims[0] + len(dims))):
        new = len(shape)
        rest = list(builtins.range(new, made.ndim))
        made = permute(made, [*rest[: dims[0]], *builtins.range(new), *rest[dims[0] :]])
    return made


def _chosen(mask, what):
    """Where a mask whose values are known is true: a list of indices for each of its dimensions."""
    if not mask._known():
        raise trace.Unsupported(f"{what} has a result whose size depends on the values")
    places = [[] for _ in mask.shape]
    for i, value in enumerate(mask._values()):
        if not value:
            continue
        for d in builtins.range(mask.ndim - 1, -1, -1):
            places[d].append(i % mask.shape[d])
            i //= mask.shape[d]
    return places


def nonzero(input, *, as_tuple=False):
    places = _chosen(input, "torch.nonzero")
    if as_tuple:
        return tuple(_make.tensor(p, dtype=int64) for p in places)
    rows = [list(r) for r in zip(*places)]
    return _make.tensor(rows, dtype=int64) if rows else _make.zeros(0, input.ndim, dtype=int64)


def _broadcast(a, b):
    out = []
    for i in builtins.range(MAX(len(a), len(b))):
        d = a[len(a) - 1 - i] if i < len(a) else 1
        e = b[len(b) - 1 - i] if i < len(b) else 1
        out.insert(0, e if isinstance(d, int) and d == 1 else d)
    return out


def broadcast_tensors(*tensors):
    shape = Size(())
    for x in tensors:
        shape = Size(_broadcast(shape, x.shape))
    return tuple(expand(x, *shape) for x in tensors)


def broadcast_shapes(*shapes):
    out = Size(())
    for s in shapes:
        out = Size(_broadcast(out, s))
    return out


def _set_pairs(x, parts, value):
    """`x[rows, columns, :, :] = value` with lists of one length: what FCN's bilinear kernels begin with."""
    lists = [p for p in parts if isinstance(p, list)]
    if len(lists) < 2 or trace.tracing or [isinstance(p, list) for p in parts] != sorted(
        [isinstance(p, list) for p in parts], reverse=True
    ):
        return False
    if len({len(p) for p in lists}) > 1 or len(lists[0]) > 4096 or any(type(i) is not int for p in lists for i in p):
        return False
    rest = parts[len(lists) :]
    each = isinstance(value, Tensor) and value.ndim > x.ndim - len(lists)
    for k, place in enumerate(zip(*lists)):
        setitem(x, (*place, *rest), select(value, 0, k if value.shape[0] > 1 else 0) if each else value)
    return True


def setitem(x, index, value):
    from _vitrine import channel

    parts = index if isinstance(index, tuple) else (index,)
    parts = tuple(list(p) if isinstance(p, builtins.range) else p for p in parts)
    if getattr(type(value), "_is_masked", False):
        x._become(value.assigned(x, parts))
        return
    if _set_rows(x, parts, value) or _set_pairs(x, parts, value):
        return
    if any(p is None or isinstance(p, (list, bool)) for p in parts) or (
        any(isinstance(p, Tensor) for p in parts)
    ):
        if len(parts) == 1 and isinstance(parts[0], Tensor) and parts[0].dtype is bool_:
            x._become(masked_fill(x, parts[0], value))
            return
        made = _put(x, parts, value)
        if made is None:
            raise trace.Unsupported("assigning to elements chosen by a tensor in this way is not read yet")
        x._become(made)
        return
    if Ellipsis in [p for p in parts if p is Ellipsis]:
        at = [i for i, p in enumerate(parts) if p is Ellipsis][0]
        parts = parts[:at] + (slice(None),) * (x.ndim - len(parts) + 1) + parts[at + 1 :]
    parts = parts + (slice(None),) * (x.ndim - len(parts))
    if trace.script is not None and hasattr(value, "_vitrine_unknown"):
        # A loss that a script notes down on its way: some number.
        value = _make.rand((), dtype=x.dtype if x.dtype.is_floating_point else None)
    value = value if isinstance(value, Tensor) else _make.scalar(number_of(value), x.dtype)
    # Dimensions of one that the value has before those of what it is put into say nothing.
    taken = builtins.sum(isinstance(p, slice) for p in parts)
    while value.ndim > taken and value.shape[0] == 1:
        value = squeeze(value, 0)
    if not any(isinstance(d, SymInt) for d in x.shape):
        starts, steps, extent, kept = [], [], [], []
        for p, d in zip(parts, x.shape):
            if isinstance(p, slice):
                start, stop, step = p.indices(d)
                starts.append(start)
                steps.append(step)
                extent.append(len(builtins.range(start, stop, step)))
                kept.append(extent[-1])
            else:
                p = p.__index__()
                starts.append(p + d if p < 0 else p)
                steps.append(1)
                extent.append(1)
                kept.append(None)
        if all_whole(x, kept):
            x._become(cast(expand(value, *x.shape), x.dtype))
            return
        answer = channel.ask("assign", id=x._id, value=value._id, starts=starts, steps=steps, extent=extent,
                             kept=[isinstance(p, slice) for p in parts])
        if "id" in answer:
            x._id = answer["id"]
            x._init = {"kind": "values"}
            return
    x._become(_woven(x, list(parts), _aligned(value, parts)))


def _put(x, parts, value):
    """
    `x[rows, columns] = value` with tensors of whole numbers in neighbouring dimensions and all of the others: ONNX's
    ScatterND over them. None for any other index.
    """
    parts = [*parts, *[slice(None)] * (x.ndim - len(parts))]
    picks = [i for i, p in enumerate(parts) if not (isinstance(p, slice) and p == slice(None))]
    if not picks or len(parts) > x.ndim or picks != list(builtins.range(picks[0], picks[-1] + 1)):
        return None
    chosen = []
    for i in picks:
        p = parts[i] if isinstance(parts[i], Tensor) else _make.tensor(parts[i]) if isinstance(parts[i], (int, list)) else None
        if p is None or p.dtype is bool_ or p.dtype.is_floating_point or isinstance(parts[i], bool):
            return None
        chosen.append(cast(p, int64))
    shape = Size(())
    for p in chosen:
        shape = Size(_broadcast(shape, p.shape))
    before, after = list(builtins.range(picks[0])), list(builtins.range(picks[-1] + 1, x.ndim))
    lead, tail = [x.shape[d] for d in before], [x.shape[d] for d in after]
    value = cast(value, x.dtype) if isinstance(value, Tensor) else _make.scalar(number_of(value), x.dtype)
    updates = expand(value, *lead, *shape, *tail)
    index = stack([expand(p, *shape) for p in chosen], -1)
    order = [*picks, *before, *after]
    if before:
        n, k = len(before), len(shape)
        updates = permute(updates, [*builtins.range(n, n + k), *builtins.range(n), *builtins.range(n + k, updates.ndim)])
        x = permute(x, order)
    made = emit("ScatterND", [x, index, updates])
    return permute(made, [order.index(d) for d in builtins.range(x.ndim)]) if before else made


def _set_rows(x, parts, value):
    """
    Sets rows that a list or a tensor of known numbers chooses, one by one; False when that is not what is asked for.
    """
    chosen, *rest = parts
    if not isinstance(chosen, (list, Tensor)) or any(not (isinstance(p, slice) and p == slice(None)) for p in rest):
        return False
    if isinstance(chosen, Tensor):
        replaced = isinstance(value, Tensor) and value.ndim == x.ndim
        if chosen.ndim != 1 or trace.tracing and not replaced or chosen._random():
            return False
        try:
            chosen = chosen.tolist()
        except trace.Unsupported:
            return False
    if not chosen or any(isinstance(c, (list, tuple, Tensor, SymInt)) for c in chosen) or len(chosen) > 4096:
        return False
    if builtins.all(isinstance(c, bool) for c in chosen):
        chosen = [i for i, c in enumerate(chosen) if c]
    several = isinstance(value, Tensor) and value.ndim == x.ndim and value.shape[0] != 1
    for k, i in enumerate(chosen):
        setitem(x, i, value[k] if several else value)
    return True


def _aligned(value, parts):
    """The value with a dimension of one where an integer picks: it has as many as what it is put into."""
    for i in builtins.range(len(parts) - 1, -1, -1):
        after = len(parts) - 1 - i
        if not isinstance(parts[i], slice) and 0 < value.ndim and after <= value.ndim:
            value = unsqueeze(value, value.ndim - after)
    return value


def _woven(x, parts, value):
    """`x` with a part replaced: what stands before it, the value, what stands behind, for each dimension in turn."""
    for d, p in enumerate(parts):
        if isinstance(p, slice) and p == slice(None):
            continue
        length = x.shape[d]
        if isinstance(p, slice):
            if p.step not in (None, 1):
                return _every(x, d, p, parts, value)
            start, stop = p.start or 0, length if p.stop is None else p.stop
        else:
            start = p if isinstance(p, SymInt) else p.__index__()
            stop = start + 1
            if not isinstance(start, SymInt) and start == -1:
                stop = length
        start, stop = (
            length + k if isinstance(k, int) and k < 0 else k for k in (start, stop)
        )
        before = (slice(None),) * d
        inner = _woven(getitem(x, (*before, slice(start, stop))), [slice(None)] * (d + 1) + parts[d + 1 :], value)
        pieces = [] if isinstance(start, int) and start == 0 else [getitem(x, (*before, slice(0, start)))]
        pieces.append(inner)
        if not (stop is length or type(stop) is type(length) and stop == length):
            pieces.append(getitem(x, (*before, slice(stop, None))))
        return cat(pieces, d) if len(pieces) > 1 else inner
    return cast(expand(value, *x.shape), x.dtype)


def _every(x, d, p, parts, value):
    """`x` with every so manyth place along dimension `d` replaced."""
    before = (slice(None),) * d
    inner = _woven(getitem(x, (*before, p)), [slice(None)] * (d + 1) + parts[d + 1 :], value)
    length = x.shape[d].__index__()
    taken = list(builtins.range(length))
    for k, i in enumerate(builtins.range(*p.indices(length))):
        taken[i] = length + k
    return emit("Gather", [cat([x, inner], d), _make.tensor(taken, dtype=int64)], axis=d)


def all_whole(x, kept):
    return list(x.shape) == list(kept)


def unfold(input, dimension, size, step):
    """Windows along a dimension, as a new last one."""
    d = axis(dimension, input.ndim)
    length = input.shape[d]
    length = length.__index__()
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {d} is {length} but size is {size}")
    count = (length - size) // step + 1
    index = _make.tensor([[i * step + k for k in builtins.range(size)] for i in builtins.range(count)], dtype=int64)
    made = emit("Gather", [input, index], axis=d)
    return permute(made, [*(i for i in builtins.range(made.ndim) if i != d + 1), d + 1])


def index_select(input, dim, index):
    return emit("Gather", [input, index], axis=axis(dim, input.ndim), nonnegative=1)


def gather(input, dim, index, *, sparse_grad=False, out=None):
    return emit("GatherElements", [input, index], axis=axis(dim, input.ndim), nonnegative=1)


def take_along_dim(input, indices, dim=None, *, out=None):
    if dim is None:
        return gather(flatten(input), 0, flatten(indices))
    # Other dimensions are broadcast, which gather does not do.
    at = axis(dim, input.ndim)
    shared = [_broadcast([a], [b])[0] for a, b in zip(input.shape, indices.shape)]
    wide, rows = list(shared), list(shared)
    wide[at], rows[at] = input.shape[at], indices.shape[at]
    return gather(expand(input, *wide), at, expand(indices, *rows))


def scatter(input, dim, index, src=None, value=None, *, reduce=None, out=None):
    src = value if src is None else src
    if not isinstance(src, Tensor):
        src = expand(_make.scalar(src, input.dtype), *index.shape)
    if reduce == "add":
        return scatter_add(input, dim, index, src)
    if reduce not in (None, "multiply"):
        raise RuntimeError("reduce argument must be either add or multiply.")
    return _scattered(input, dim, index, src, "none" if reduce is None else "mul")


def _scattered(input, dim, index, src, reduction):
    return emit("ScatterElements", [input, index, src], axis=axis(dim, input.ndim), reduction=reduction, nonnegative=1)


#: By torch's names: ONNX's, and what changes nothing.
_REDUCTIONS = {"prod": ("mul", 1.0), "amax": ("max", -float("inf")), "amin": ("min", float("inf"))}


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True, out=None):
    if reduce not in ("sum", "mean", *_REDUCTIONS):
        raise RuntimeError(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    at = axis(dim, input.ndim)
    reduction, start = _REDUCTIONS.get(reduce, ("add", 0.0))
    if include_self and reduction != "add":
        return _scattered(input, at, index, src, reduction)
    hits = scatter_add(_make.zeros_like(input), at, index, _make.ones_like(src))
    first = input if include_self else where(gt(hits, 0), start, input)
    total = _scattered(first, at, index, src, reduction)
    if reduction != "add":
        return total
    if reduce == "sum":
        return total
    count = add(hits, 1.0) if include_self else clamp(hits, min=1.0)
    return div(total, count) if input.dtype.is_floating_point else floor_divide(total, count)


def scatter_add(input, dim, index, src, *, out=None):
    return _scattered(input, dim, index, src, "add")


def tril(input, diagonal=0):
    return emit("Trilu", [input], upper=0, k=diagonal)


def triu(input, diagonal=0):
    return emit("Trilu", [input], upper=1, k=diagonal)


def diagonal(input, offset=0, dim1=0, dim2=1):
    a, b = axis(dim1, input.ndim), axis(dim2, input.ndim)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rest = [d for d in builtins.range(input.ndim) if d not in (a, b)]
    rows, columns = input.shape[a], input.shape[b]
    if isinstance(rows, SymInt) or isinstance(columns, SymInt):
        if offset or not _same(rows, columns) or not _same(columns, rows):
            raise trace.Unsupported("the diagonal of a matrix whose size is not known is not read yet")
        return sum(mul(permute(input, [*rest, a, b]), _make.eye(rows, dtype=input.dtype)), -1)
    length = MAX(0, MIN(rows, columns - offset) if offset >= 0 else MIN(rows + offset, columns))
    start = (0, offset) if offset >= 0 else (-offset, 0)
    index = [[start[0] + i, start[1] + i] for i in builtins.range(length)]
    index = _make.tensor(index, dtype=int64) if index else _make.zeros(0, 2, dtype=int64)
    made = emit("GatherND", [permute(input, [a, b, *rest]), index])
    return permute(made, [*builtins.range(1, made.ndim), 0])


def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    if offset or (dim1, dim2) != (-2, -1):
        raise trace.Unsupported("torch.diag_embed with an offset or other dimensions is not read yet")
    return mul(unsqueeze(input, -1), _make.eye(input.shape[-1], dtype=input.dtype))


def diag(input, diagonal=0):
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    if input.ndim != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    return globals()["diagonal"](input, diagonal)


def _trace(input):
    return sum(diagonal(input))


def meshgrid(*tensors, indexing="ij"):
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    order = list(tensors)
    if indexing == "xy" and len(order) > 1:
        order[0], order[1] = order[1], order[0]
    shape = [x.shape[0] if x.ndim else 1 for x in order]
    out = []
    for i, x in enumerate(order):
        out.append(expand(reshape(x, *[1] * i, -1, *[1] * (len(order) - i - 1)), *shape))
    if indexing == "xy" and len(order) > 1:
        out[0], out[1] = out[1], out[0]
    return tuple(out)


# Reductions


def _reduce(op, input, dim, keepdim):
    return emit(op, [input], axes=_axes(dim, input.ndim), keepdims=1 if keepdim else 0)


def _dim(dim, options):
    return options.get("axis", dim)


def sum(input, dim=None, keepdim=False, *, dtype=None, axis=None, out=None):
    return _reduce("ReduceSum", _counted(input, dtype), dim if axis is None else axis, keepdim)


def mean(input, dim=None, keepdim=False, *, dtype=None, out=None, **options):
    if not input.dtype.is_floating_point and dtype is None:
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {_long(input.dtype)}"
        )
    return _reduce("ReduceMean", cast(input, as_dtype(dtype)) if dtype else input, _dim(dim, options), keepdim)


def nanmean(input, dim=None, keepdim=False, *, dtype=None, out=None):
    there = logical_not(isnan(input))
    total = sum(where(there, input, 0.0), dim, keepdim, dtype=dtype)
    return div(total, sum(cast(there, total.dtype), dim, keepdim))


def _long(dtype):
    return {"int64": "Long", "int32": "Int", "bool": "Bool", "uint8": "Byte"}.get(dtype.name, dtype.name)


def prod(input, dim=None, keepdim=False, *, dtype=None, out=None):
    return _reduce("ReduceProd", _counted(input, dtype), dim, keepdim)


def amax(input, dim=None, keepdim=False):
    return _reduce("ReduceMax", input, dim, keepdim)


def amin(input, dim=None, keepdim=False):
    return _reduce("ReduceMin", input, dim, keepdim)


_Pair = namedtuple("return_types", ["values", "indices"])


def argmax(input, dim=None, keepdim=False):
    if dim is None:
        input, dim = flatten(input), 0
    return emit("ArgMax", [input], axis=axis(dim, input.ndim), keepdims=1 if keepdim else 0)


def argmin(input, dim=None, keepdim=False):
    if dim is None:
        input, dim = flatten(input), 0
    return emit("ArgMin", [input], axis=axis(dim, input.ndim), keepdims=1 if keepdim else 0)


def max(input, dim=None, keepdim=False, *, other=None, out=None, axis=None):
    dim = dim if axis is None else axis
    dim = dim if other is None else other
    if dim is None:
        return amax(input)
    if isinstance(dim, Tensor):
        return maximum(input, dim)
    return _Pair(amax(input, dim, keepdim), argmax(input, dim, keepdim))


def min(input, dim=None, keepdim=False, *, other=None, out=None, axis=None):
    dim = dim if axis is None else axis
    dim = dim if other is None else other
    if dim is None:
        return amin(input)
    if isinstance(dim, Tensor):
        return minimum(input, dim)
    return _Pair(amin(input, dim, keepdim), argmin(input, dim, keepdim))


def topk(input, k, dim=-1, largest=True, sorted=True):
    return _Pair(*emit("TopK", [input], 2, k=k, axis=axis(dim, input.ndim), largest=1 if largest else 0,
                       sorted=1 if sorted else 0))


def sort(input, dim=-1, descending=False, stable=False, *, out=None):
    at = axis(dim, input.ndim)
    return topk(input, input.shape[at], at, descending)


def argsort(input, dim=-1, descending=False, stable=False):
    return sort(input, dim, descending, stable)[1]


def _variance(input, dim, correction, keepdim):
    axes = _axes(dim, input.ndim)
    centre = emit("ReduceMean", [input], axes=axes, keepdims=1)
    squares = square(sub(input, centre))
    spread = _reduce("ReduceMean", squares, dim, keepdim)
    if correction:
        count = math.prod(input.shape[a] for a in (axes if axes is not None else builtins.range(input.ndim)))
        if is_symbolic(count):
            # Over the batch, whose size the run decides: there it is counted.
            count = _reduce("ReduceSum", _make.ones_like(input), dim, keepdim)
            total = _reduce("ReduceSum", squares, dim, keepdim)
            return div(total, clamp(sub(count, float(correction)), min=0.0))
        if count <= correction:
            return div(_reduce("ReduceSum", squares, dim, keepdim), 0.0)
        spread = mul(spread, count / (count - correction))
    return spread


def var(input, dim=None, unbiased=True, keepdim=False, *, correction=None, **options):
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    return _variance(input, _dim(dim, options), (1 if unbiased else 0) if correction is None else correction, keepdim)


def std(input, dim=None, unbiased=True, keepdim=False, *, correction=None, **options):
    return sqrt(var(input, dim, unbiased, keepdim, correction=correction, **options))


def var_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def std_mean(input, dim=None, unbiased=True, keepdim=False, *, correction=None):
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dim, keepdim)


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """Of all values, or of the vectors along dimensions; "fro" is the same as 2."""
    x = _floating(input) if dtype is None else cast(input, as_dtype(dtype))
    if isinstance(p, str) and p != "fro":
        raise trace.Unsupported(f"torch.norm with p={p!r} is not read yet")
    if p in ("fro", 2, None):
        return sqrt(_reduce("ReduceSum", square(x), dim, keepdim))
    if p == 1:
        return _reduce("ReduceSum", abs(x), dim, keepdim)
    if p == 0:
        return _reduce("ReduceSum", cast(ne(x, 0.0), x.dtype), dim, keepdim)
    if p in (math.inf, -math.inf):
        return _reduce("ReduceMax" if p > 0 else "ReduceMin", abs(x), dim, keepdim)
    return pow(_reduce("ReduceSum", pow(abs(x), float(p)), dim, keepdim), 1 / p)


def vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None, out=None):
    return norm(x, ord, dim, keepdim, dtype=dtype)


def matrix_norm(A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None, out=None):
    if ord == "fro":
        return norm(A, 2, dim, keepdim, dtype=dtype)
    if ord in (1, -1, math.inf, -math.inf):
        # The largest, or smallest, sum of a column (1) or of a row (inf).
        rows, columns = (axis(d, A.ndim) for d in dim)
        along, over = (rows, columns) if builtins.abs(ord) == 1 else (columns, rows)
        sums = norm(A, 1, along, True, dtype=dtype)
        made = (amax if ord > 0 else amin)(sums, over, True)
        return made if keepdim else squeeze(made, [rows, columns])
    raise trace.Unsupported(f"torch.linalg.matrix_norm with ord={ord!r}, which needs singular values, is not read yet")


def linalg_norm(A, ord=None, dim=None, keepdim=False, *, out=None, dtype=None):
    """The norm of vectors, or of matrices where an order is given for two dimensions."""
    two = len(dim) == 2 if isinstance(dim, (list, tuple)) else dim is None and A.ndim == 2
    if ord is None or not two:
        return norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)
    return matrix_norm(A, ord, (0, 1) if dim is None else dim, keepdim, dtype=dtype)


def all(input, dim=None, keepdim=False):
    return logical_not(any(logical_not(_as_bool(input)), dim, keepdim))


def any(input, dim=None, keepdim=False):
    if not isinstance(input, Tensor):
        return builtins.any(input)
    # A sum: unlike the maximum it knows what to say of nothing.
    return gt(_reduce("ReduceSum", cast(_as_bool(input), float32), dim, keepdim), 0)


def _any(values):
    return builtins.any(values)


def cumsum(input, dim, *, dtype=None, out=None):
    return emit("CumSum", [_counted(input, dtype)], axis=axis(dim, input.ndim))


def logsumexp(input, dim, keepdim=False):
    return _reduce("ReduceLogSumExp", input, dim, keepdim)


def softmax(input, dim=None, dtype=None, **options):
    x = cast(input, as_dtype(dtype)) if dtype else input
    return emit("Softmax", [x], axis=axis(_dim(dim, options), input.ndim))


def log_softmax(input, dim=None, dtype=None, **options):
    x = cast(input, as_dtype(dtype)) if dtype else input
    return emit("LogSoftmax", [x], axis=axis(_dim(dim, options), input.ndim))


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    # Each length has its own bound.
    lengths = mul(*(_exactly(n, clamp(n, min=eps)) for n in (norm(x1, 2, dim), norm(x2, 2, dim))))
    return div(sum(mul(x1, x2), dim), lengths)


def cdist(x1, x2, p=2.0, compute_mode=None):
    return norm(sub(unsqueeze(x1, -2), unsqueeze(x2, -3)), p, -1)


# Products


def matmul(input, other, *, out=None):
    return emit("MatMul", list(promote(input, other)))


def mm(input, mat2, *, out=None):
    for x, name in ((input, "self"), (mat2, "mat2")):
        if x.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix")
    return matmul(input, mat2)


def mv(input, vec, *, out=None):
    return matmul(input, vec)


def bmm(input, mat2, *, out=None):
    for x, name in ((input, "batch1"), (mat2, "batch2")):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    return matmul(input, mat2)


def dot(input, tensor, *, out=None):
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(
            f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    return sum(mul(input, tensor))


def inner(input, other, *, out=None):
    """Over the last dimensions of both."""
    if not input.ndim or not other.ndim:
        return mul(input, other)
    return tensordot(input, other, ([-1], [-1]))


def outer(input, vec2, *, out=None):
    return mul(unsqueeze(input, 1), unsqueeze(vec2, 0))


def addmm(input, mat1, mat2, *, beta=1, alpha=1):
    return emit("Gemm", [mat1, mat2, input], alpha=float(alpha), beta=float(beta))


def baddbmm(input, batch1, batch2, *, beta=1, alpha=1):
    product = bmm(batch1, batch2)
    if alpha != 1:
        product = mul(product, alpha)
    return product if beta == 0 else add(product, mul(input, beta) if beta != 1 else input)


def einsum(equation, *operands):
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    if not isinstance(equation, str):
        # Operands and lists of numbers by turns: each number stands for a letter, Ellipsis for itself.
        given, operands = [equation, *operands], []
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        lists = ["".join("..." if i is Ellipsis else letters[i] for i in part) for part in given[1::2]]
        if len(given) % 2:
            lists, operands = lists[:], given[:-1:2]
            right = "".join("..." if i is Ellipsis else letters[i] for i in given[-1])
            equation = f"{','.join(lists)}->{right}"
        else:
            equation, operands = ",".join(lists), given[::2]
    equation = equation.replace(" ", "")
    left, arrow, right = equation.partition("->")
    operands, terms = list(operands), left.split(",")
    if not arrow:
        # What stands once, in the alphabet's order; what stands twice is summed, in one operand too.
        right = "..." * ("..." in left) + "".join(sorted(c for c in set(left) - set(",.") if left.count(c) == 1))
    for i, term in enumerate(terms):
        # A subscript that stands twice takes the diagonal.
        while len(set(term.replace("...", ""))) < len(term.replace("...", "")):
            letter = next(c for c in term if c != "." and term.count(c) > 1)
            a, b = term.index(letter), term.rindex(letter)
            dots = term.find("...")
            # Places behind "..." are counted from the end.
            at = [j - len(term) if 0 <= dots < j else j for j in (a, b)]
            operands[i] = diagonal(operands[i], 0, *at)
            term = "".join(c for j, c in enumerate(term) if j not in (a, b)) + letter
        terms[i] = term
    return emit("Einsum", operands, equation=f"{','.join(terms)}->{right}")


def tensordot(a, b, dims=2):
    if isinstance(dims, int):
        left = list(builtins.range(a.ndim - dims, a.ndim))
        right = list(builtins.range(dims))
    else:
        left, right = ([d] if isinstance(d, int) else list(d) for d in dims)
    left, right = [axis(d, a.ndim) for d in left], [axis(d, b.ndim) for d in right]
    letters = "abcdefghijklmnopqrstuvwxyz"
    first = list(letters[: a.ndim])
    second = list(letters[a.ndim : a.ndim + b.ndim])
    for i, j in zip(left, right):
        second[j] = first[i]
    result = [c for i, c in enumerate(first) if i not in left] + [c for j, c in enumerate(second) if j not in right]
    return einsum(f"{''.join(first)},{''.join(second)}->{''.join(result)}", a, b)


def one_hot(tensor, num_classes=-1):
    if num_classes == -1:
        raise trace.Unsupported("one_hot without num_classes has a result whose size depends on the values")
    return emit("OneHot", [tensor], depth=num_classes, axis=-1, nonnegative=1)


def bernoulli(input, p=None, *, generator=None, out=None):
    return cast(lt(_make.rand_like(input), input if p is None else p), input.dtype)


def multinomial(input, num_samples, replacement=False, *, generator=None):
    """Places drawn by their weights: where the weights' logarithms with Gumbel noise are largest (Gumbel 1954; Vieira 2014)."""
    scores = log(input)
    if replacement or num_samples == 1:
        scores = expand(unsqueeze(scores, -2), *input.shape[:-1], num_samples, input.shape[-1])
    noisy = sub(scores, log(neg(log(_make.rand_like(scores)))))
    return argmax(noisy, -1) if replacement or num_samples == 1 else topk(noisy, num_samples, -1).indices


def numel(input):
    return input.numel()


def is_tensor(value):
    return isinstance(value, Tensor)


def is_floating_point(input):
    return input.dtype.is_floating_point


def equal(input, other):
    """What code asserts of its tensors is taken to hold; a hint says so."""
    if list(input.shape) != list(other.shape):
        return False
    trace.say("hint", "assumed-value",
              "Whether two tensors are equal is not known before the model runs: read as true.", trace.here())
    return True


# In place: the same object stands for the result.


def _in_place(function):
    def changed(self, *arguments, **options):
        made = function(self, *arguments, **options)
        return self._become(cast(made, self.dtype) if made.dtype is not self.dtype else made)

    return changed


def _bernoulli_(self, p=0.5, *, generator=None):
    return self._become(cast(lt(_make.rand_like(self), p), self.dtype))


def _uniform_(self, a=0.0, b=1.0, *, to=None, generator=None, **given):
    # "from" is a word of the language, and comes as an option only.
    a, b = given.pop("from", a), b if to is None else to
    if given:
        raise TypeError(f"uniform_() got an unexpected keyword argument '{next(iter(given))}'")
    if trace.tracing:
        return self._become(add(mul(_make.rand_like(self), b - a), a))
    return self._start(kind="uniform", low=float(a), high=float(b))


def _normal_(self, mean=0.0, std=1.0, *, generator=None):
    if trace.tracing:
        return self._become(add(mul(_make.randn_like(self), std), mean))
    return self._start(kind="normal", mean=float(mean), std=float(std))


def _fill_(self, value):
    if trace.tracing:
        return self._become(_make.full_like(self, value))
    return self._start(kind="constant", value=float(value))


def _zero_(self):
    if trace.tracing:
        return self._become(_make.zeros_like(self))
    return self._start(kind="zeros")


def _copy_(self, src, non_blocking=False):
    source = src
    return self._become(cast(expand(source, *self.shape) if list(source.shape) != list(self.shape) else source, self.dtype))


_FUNCTIONS = """add sub mul div floor_divide remainder fmod pow eq ne gt ge lt le logical_and logical_or logical_xor
logical_not bitwise_and bitwise_or bitwise_not exp log sqrt sin cos tan asin acos atan sinh cosh asinh acosh atanh tanh
sigmoid erf reciprocal neg negative abs absolute sign sgn floor ceil relu isnan isinf isfinite round trunc frac rsqrt
square log1p expm1 log2 log10 exp2 logit clamp clip clamp_min clamp_max maximum minimum lerp addcmul addcdiv
masked_fill clone reshape view view_as reshape_as flatten unflatten ravel transpose swapaxes swapdims t adjoint permute
movedim moveaxis unsqueeze squeeze expand expand_as broadcast_to repeat tile repeat_interleave split split_with_sizes
chunk tensor_split unbind select narrow flip fliplr flipud roll index_select gather take_along_dim scatter scatter_add
unfold tril triu diagonal diag diag_embed nonzero arctan2 atan2 sum mean nanmean prod amax amin argmax argmin max min topk sort argsort var std norm all any cumsum
logsumexp softmax log_softmax matmul mm mv bmm dot inner outer addmm baddbmm bernoulli multinomial equal logaddexp hypot xlogy nan_to_num cross cumprod index_add median scatter_reduce bitwise_xor fix float_power arcsin arccos arctan""".split()

_IN_PLACE = """add sub mul div pow exp log sqrt sin cos tanh sigmoid neg abs floor ceil relu round clamp clip clamp_min
clamp_max masked_fill unsqueeze squeeze transpose t scatter scatter_add tril triu rsqrt square reciprocal lerp addcmul
addcdiv floor_divide remainder logical_not""".split()


def _where(self, condition, other):
    return where(condition, self, other)


def _in_numpys_words(function):
    """PyTorch also takes `axis` and `keepdims`, as numpy calls them."""
    named = function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
    words = {w: n for w, n in (("axis", "dim"), ("keepdims", "keepdim")) if n in named and w not in named}
    if not words:
        return function

    @functools.wraps(function)
    def called(*arguments, **options):
        if options:
            options = {words.get(k, k): v for k, v in options.items()}
        return function(*arguments, **options)

    return called


for _name in """sum mean nanmean prod amax amin argmax argmin max min topk sort argsort var std norm all any cumsum logsumexp
softmax log_softmax cumprod median unsqueeze squeeze gather index_select unbind chunk split flip count_nonzero""".split():
    if _name in globals():
        globals()[_name] = _in_numpys_words(globals()[_name])


def install():
    """Gives tensors their methods and operators."""
    own = globals()
    for name in _FUNCTIONS:
        if name not in Tensor.__dict__:
            setattr(Tensor, name, own[name])
    for name in _IN_PLACE:
        setattr(Tensor, name + "_", _in_place(own[name]))
    operators = {
        "__add__": add, "__radd__": lambda x, y: add(y, x), "__sub__": sub, "__rsub__": rsub, "__mul__": mul,
        "__rmul__": lambda x, y: mul(y, x), "__truediv__": div, "__rtruediv__": lambda x, y: div(_number(y, x), x),
        "__floordiv__": floor_divide, "__rfloordiv__": lambda x, y: floor_divide(y, x), "__mod__": remainder, "__rmod__": lambda x, y: remainder(_make.scalar(y, x.dtype), x),
        "__pow__": pow, "__rpow__": lambda x, y: pow(y, x), "__matmul__": matmul,
        "__rmatmul__": lambda x, y: matmul(y, x), "__neg__": neg, "__abs__": abs, "__pos__": identity,
        "__invert__": logical_not, "__and__": _and_bits, "__or__": _bits("|", logical_or), "__xor__": _bits("^", logical_xor),
        "__rand__": _and_bits, "__ror__": _bits("|", logical_or), "__rshift__": bitwise_right_shift, "__lshift__": bitwise_left_shift,
        "__eq__": eq, "__ne__": ne, "__lt__": lt, "__le__": le, "__gt__": gt, "__ge__": ge,
        "__getitem__": getitem, "__setitem__": setitem,
        "__iadd__": _in_place(add), "__isub__": _in_place(sub), "__imul__": _in_place(mul),
        "__itruediv__": _in_place(div), "__ipow__": _in_place(pow), "__iand__": _in_place(_and_bits),
        "__ior__": _in_place(logical_or),
    }
    for name, function in operators.items():
        setattr(Tensor, name, function)
    Tensor.uniform_, Tensor.normal_, Tensor.fill_, Tensor.zero_ = _uniform_, _normal_, _fill_, _zero_
    Tensor.copy_, Tensor.where, Tensor.bernoulli_ = _copy_, _where, _bernoulli_
    Tensor.new_zeros = lambda self, *shape, dtype=None, **k: _make.zeros(*shape, dtype=dtype or self.dtype, **k)
    Tensor.new_ones = lambda self, *shape, dtype=None, **k: _make.ones(*shape, dtype=dtype or self.dtype, **k)
    Tensor.new_empty = Tensor.new_zeros
    Tensor.new = lambda self, *s, **_: (
        _make.tensor(s[0], dtype=self.dtype)
        if len(s) == 1 and isinstance(s[0], list)
        else _make.zeros(*s, dtype=self.dtype)
    )
    Tensor.new_full = lambda self, size, fill_value, *, dtype=None, **k: (
        _make.full(size, fill_value, dtype=dtype or self.dtype, **k))
    Tensor.new_tensor = lambda self, data, *, dtype=None, device=None, requires_grad=False, **k: (
        _make.tensor(data, dtype=dtype or self.dtype, requires_grad=requires_grad))
    Tensor.trunc_normal_ = None
    del Tensor.trunc_normal_
    Tensor.absolute_ = Tensor.abs_
    Tensor.concat = lambda self, *_: self


def _number(value, like):
    return float(value) if isinstance(value, int) and like.dtype.is_floating_point else value


install()

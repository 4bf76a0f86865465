"""Functions of tensors: what `torch.*`, tensor methods and operators share. Names and arguments are PyTorch's."""

import builtins
import math
from collections import namedtuple

from _vitrine import trace
from _vitrine.sizes import SymFloat, SymInt, is_symbolic, to_int

from . import _make
from ._make import sizes
from ._tensor import (
    Size,
    Tensor,
    as_dtype,
    bool_,
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
        if isinstance(y, float) and not dtype.is_floating_point:
            dtype = get_default_dtype()
        elif not isinstance(y, bool) and dtype is bool_:
            dtype = int64
        return cast(x, dtype), _make.scalar(y, dtype)
    if x.dtype is y.dtype:
        return x, y
    a, b = x.dtype, y.dtype
    # A tensor without dimensions yields to one with dimensions in the same category.
    if a.is_floating_point == b.is_floating_point and bool(x.ndim) != bool(y.ndim):
        wider = a if x.ndim else b
    else:
        wider = a if a._rank > b._rank else b
        if {a.name, b.name} == {"float16", "bfloat16"}:
            wider = float32
    return cast(x, wider), cast(y, wider)


def number_of(value):
    if isinstance(value, (bool, int, float, SymInt)):
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
    if scale is None or i["kind"] == "orthogonal" and shift:
        return None
    if i["kind"] == "uniform":
        low, high = sorted((i["low"] * scale + shift, i["high"] * scale + shift))
        made = {"kind": "uniform", "low": low, "high": high}
    elif i["kind"] == "normal":
        made = {"kind": "normal", "mean": i["mean"] * scale + shift, "std": i["std"] * builtins.abs(scale)}
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


def rsub(input, other):
    return _binary("Sub", other, input)


def mul(input, other, *, out=None):
    if isinstance(input, Tensor) and isinstance(other, Tensor) and input.dtype is bool_ is other.dtype:
        return logical_and(input, other)
    return _binary("Mul", input, other)


def div(input, other, *, rounding_mode=None, out=None):
    if rounding_mode == "floor":
        return floor_divide(input, other)
    x, y = input, other
    if isinstance(x, Tensor) and not x.dtype.is_floating_point:
        x = cast(x, get_default_dtype())
    if isinstance(y, Tensor) and not y.dtype.is_floating_point:
        y = cast(y, get_default_dtype())
    made = _binary("Div", x, float(y) if isinstance(y, int) else y)
    return trunc(made) if rounding_mode == "trunc" else made


def floor_divide(input, other):
    x, y = promote(input, other)
    if x.dtype.is_floating_point:
        return floor(emit("Div", [x, y]))
    # ONNX truncates whole numbers; sizes and indices are not negative.
    return emit("Div", [x, y])


def remainder(input, other):
    x, y = promote(input, other)
    return emit("Mod", [x, y])


def fmod(input, other):
    # With the sign of the dividend, as C has it.
    return sub(input, mul(other, trunc(div(input, other))))


def logaddexp(input, other):
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


def cross(input, other, dim=-1):
    at = axis(dim, input.ndim)
    return sub(mul(roll(input, -1, at), roll(other, -2, at)), mul(roll(input, -2, at), roll(other, -1, at)))


def cumprod(input, dim, **_):
    return emit("CumProd", [input], axis=axis(dim, input.ndim))


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


bitwise_and, bitwise_or, bitwise_xor, bitwise_not = logical_and, logical_or, logical_xor, logical_not


def _floating(x):
    return x if x.dtype.is_floating_point else cast(x, get_default_dtype())


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
    return ge(abs(input), 3.4028234663852886e38)


def round(input, *, decimals=0):
    return emit("Round", [input])


def trunc(input):
    return mul(sign(input), floor(abs(input)))


fix = trunc


def frac(input):
    return sub(input, trunc(input))


def rsqrt(input):
    return reciprocal(sqrt(input))


def square(input):
    return mul(input, input)


def log1p(input):
    return log(add(input, 1.0))


def expm1(input):
    return sub(exp(input), 1.0)


def log2(input):
    return mul(log(input), 1 / math.log(2))


def log10(input):
    return mul(log(input), 1 / math.log(10))


def exp2(input):
    return exp(mul(input, math.log(2)))


def logit(input, eps=None):
    x = input if eps is None else clamp(input, eps, 1 - eps)
    return log(div(x, sub(1.0, x)))


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


def maximum(input, other):
    return emit("Max", list(promote(input, other)))


def minimum(input, other):
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
    return reshape(input, *(shape or (options["size"],)))


def view_as(input, other):
    return reshape(input, *other.shape)


reshape_as = view_as


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
    return emit("Transpose", [input], perm=perm)


swapaxes = swapdims = transpose


def t(input):
    return transpose(input, 0, 1) if input.ndim > 1 else input


def adjoint(input):
    return transpose(input, -1, -2)


def permute(input, *dims, **options):
    dims = options.get("dims", dims)
    if len(dims) == 1 and isinstance(dims[0], (list, tuple)):
        dims = dims[0]
    if len(dims) != input.ndim:
        raise RuntimeError(
            f"permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
            f"desired ordering of dimensions i.e. input.dim() = {input.ndim} is not equal to len(dims) = {len(dims)}"
        )
    return emit("Transpose", [input], perm=[axis(d, input.ndim) for d in dims])


def movedim(input, source, destination):
    rank = input.ndim
    source = [axis(s, rank) for s in (source if isinstance(source, (list, tuple)) else [source])]
    to = [axis(d, rank) for d in (destination if isinstance(destination, (list, tuple)) else [destination])]
    perm = [d for d in builtins.range(rank) if d not in source]
    for place, s in sorted(zip(to, source)):
        perm.insert(place, s)
    return emit("Transpose", [input], perm=perm)


moveaxis = movedim


def unsqueeze(input, dim):
    return emit("Unsqueeze", [input], axes=[axis(dim, input.ndim + 1)])


def squeeze(input, dim=None):
    if dim is None:
        axes = [i for i, d in enumerate(input.shape) if d == 1]
    else:
        axes = [a for a in _axes(dim, input.ndim) or [] if input.shape[a] == 1]
    return emit("Squeeze", [input], axes=axes) if axes else input


def expand(input, *shape, **_):
    wanted = sizes(shape)
    missing = len(wanted) - input.ndim
    filled = [
        input.shape[i - missing] if isinstance(d, int) and d == -1 else d for i, d in enumerate(wanted)
    ]
    return emit("Expand", [input], shape=filled)


def expand_as(input, other):
    return expand(input, *other.shape)


broadcast_to = expand


def repeat(input, *repeats, **_):
    times = sizes(repeats)
    if len(times) > input.ndim:
        input = reshape(input, *[1] * (len(times) - input.ndim), *input.shape)
    return emit("Tile", [input], repeats=times)


def tile(input, *dims):
    times = sizes(dims)
    times = [1] * (input.ndim - len(times)) + times
    return repeat(input, *times)


def repeat_interleave(input, repeats, dim=None, **_):
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


split_with_sizes = split


def chunk(input, chunks, dim=0):
    length = input.shape[axis(dim, input.ndim)]
    chunks = chunks.__index__()
    step = -(-length // chunks)
    if is_symbolic(step):
        step = length // chunks
        return split(input, [step] * chunks, dim)
    return split(input, step, dim)


def tensor_split(input, indices_or_sections, dim=0):
    length = input.shape[axis(dim, input.ndim)]
    if isinstance(indices_or_sections, int):
        n = indices_or_sections
        parts = [length // n + (1 if i < length % n else 0) for i in builtins.range(n)]
    else:
        edges = [0, *indices_or_sections, length]
        parts = [b - a for a, b in zip(edges, edges[1:])]
    return split(input, parts, dim)


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


def flip(input, *dims):
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
    start, stop = (int(v) if isinstance(v, Tensor) else v for v in (start, stop))
    return (0 if start is None else start), (length if stop is None else stop), step


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
    from _vitrine import channel

    if builtins.any(isinstance(d, SymInt) for d in mask.shape) or "values" not in channel.ask("values", id=mask._id):
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


def setitem(x, index, value):
    from _vitrine import channel

    parts = index if isinstance(index, tuple) else (index,)
    if _set_rows(x, parts, value):
        return
    if any(p is None or isinstance(p, (list, bool)) for p in parts) or (
        any(isinstance(p, Tensor) for p in parts)
    ):
        if len(parts) == 1 and isinstance(parts[0], Tensor) and parts[0].dtype is bool_:
            x._become(masked_fill(x, parts[0], value))
            return
        raise trace.Unsupported("assigning to elements chosen by a tensor is not read yet")
    if Ellipsis in [p for p in parts if p is Ellipsis]:
        at = [i for i, p in enumerate(parts) if p is Ellipsis][0]
        parts = parts[:at] + (slice(None),) * (x.ndim - len(parts) + 1) + parts[at + 1 :]
    parts = parts + (slice(None),) * (x.ndim - len(parts))
    value = value if isinstance(value, Tensor) else _make.scalar(number_of(value), x.dtype)
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
                raise trace.Unsupported("assigning to every other element of a tensor is not read yet")
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


def gather(input, dim, index, **_):
    return emit("GatherElements", [input, index], axis=axis(dim, input.ndim), nonnegative=1)


def take_along_dim(input, indices, dim=None):
    return gather(input, dim, indices)


def scatter(input, dim, index, src=None, value=None, **_):
    src = value if src is None else src
    if not isinstance(src, Tensor):
        src = expand(_make.scalar(src, input.dtype), *index.shape)
    return emit("ScatterElements", [input, index, src], axis=axis(dim, input.ndim), nonnegative=1)


def scatter_add(input, dim, index, src):
    return emit("ScatterElements", [input, index, src], axis=axis(dim, input.ndim), reduction="add",
                nonnegative=1)


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


def sum(input, dim=None, keepdim=False, *, dtype=None, **options):
    x = cast(input, as_dtype(dtype)) if dtype else cast(input, int64) if input.dtype is bool_ else input
    return _reduce("ReduceSum", x, _dim(dim, options), keepdim)


def mean(input, dim=None, keepdim=False, *, dtype=None, **options):
    if not input.dtype.is_floating_point and dtype is None:
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. "
            f"Got: {_long(input.dtype)}"
        )
    return _reduce("ReduceMean", cast(input, as_dtype(dtype)) if dtype else input, _dim(dim, options), keepdim)


nanmean = mean


def _long(dtype):
    return {"int64": "Long", "int32": "Int", "bool": "Bool", "uint8": "Byte"}.get(dtype.name, dtype.name)


def prod(input, dim=None, keepdim=False, **_):
    return _reduce("ReduceProd", input, dim, keepdim)


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


def max(input, dim=None, keepdim=False, **options):
    dim = _dim(dim, options)
    if dim is None:
        return amax(input)
    if isinstance(dim, Tensor):
        return maximum(input, dim)
    return _Pair(amax(input, dim, keepdim), argmax(input, dim, keepdim))


def min(input, dim=None, keepdim=False, **options):
    dim = _dim(dim, options)
    if dim is None:
        return amin(input)
    if isinstance(dim, Tensor):
        return minimum(input, dim)
    return _Pair(amin(input, dim, keepdim), argmin(input, dim, keepdim))


def topk(input, k, dim=-1, largest=True, sorted=True):
    return _Pair(*emit("TopK", [input], 2, k=k, axis=axis(dim, input.ndim), largest=1 if largest else 0,
                       sorted=1 if sorted else 0))


def sort(input, dim=-1, descending=False, stable=False):
    at = axis(dim, input.ndim)
    return topk(input, input.shape[at], at, descending)


def argsort(input, dim=-1, descending=False):
    return sort(input, dim, descending)[1]


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


def norm(input, p="fro", dim=None, keepdim=False, **_):
    if p in ("fro", 2, 2.0, None):
        return sqrt(_reduce("ReduceSum", square(input), dim, keepdim))
    if p == 1:
        return _reduce("ReduceSum", abs(input), dim, keepdim)
    if p == math.inf:
        return _reduce("ReduceMax", abs(input), dim, keepdim)
    return pow(_reduce("ReduceSum", pow(abs(input), p), dim, keepdim), 1 / p)


def all(input, dim=None, keepdim=False):
    return logical_not(any(logical_not(_as_bool(input)), dim, keepdim))


def any(input, dim=None, keepdim=False):
    if not isinstance(input, Tensor):
        return builtins.any(input)
    # A sum: unlike the maximum it knows what to say of nothing.
    return gt(_reduce("ReduceSum", cast(_as_bool(input), float32), dim, keepdim), 0)


def _any(values):
    return builtins.any(values)


def cumsum(input, dim, **_):
    return emit("CumSum", [cast(input, int64) if input.dtype is bool_ else input], axis=axis(dim, input.ndim))


def logsumexp(input, dim, keepdim=False):
    return _reduce("ReduceLogSumExp", input, dim, keepdim)


def softmax(input, dim=None, dtype=None, **options):
    x = cast(input, as_dtype(dtype)) if dtype else input
    return emit("Softmax", [x], axis=axis(_dim(dim, options), input.ndim))


def log_softmax(input, dim=None, dtype=None, **options):
    x = cast(input, as_dtype(dtype)) if dtype else input
    return emit("LogSoftmax", [x], axis=axis(_dim(dim, options), input.ndim))


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    top = sum(mul(x1, x2), dim)
    return div(top, clamp(mul(norm(x1, 2, dim), norm(x2, 2, dim)), eps))


def cdist(x1, x2, p=2.0, **_):
    return norm(sub(unsqueeze(x1, -2), unsqueeze(x2, -3)), p, -1)


# Products


def matmul(input, other, *, out=None):
    return emit("MatMul", list(promote(input, other)))


mm = matmul


def mv(input, vec):
    return matmul(input, vec)


def bmm(input, mat2):
    for x, name in ((input, "batch1"), (mat2, "batch2")):
        if x.ndim != 3:
            raise RuntimeError(f"{name} must be a 3D tensor")
    return matmul(input, mat2)


def dot(input, other):
    return sum(mul(input, other))


inner = dot


def outer(input, vec2):
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
    equation = equation.replace(" ", "")
    left, arrow, right = equation.partition("->")
    operands, terms = list(operands), left.split(",")
    for i, term in enumerate(terms):
        # A subscript that stands twice takes the diagonal.
        while len(set(term.replace("...", ""))) < len(term.replace("...", "")):
            letter = next(c for c in term if c != "." and term.count(c) > 1)
            if "..." in term:
                break
            a, b = term.index(letter), term.rindex(letter)
            operands[i] = diagonal(operands[i], 0, a, b)
            term = "".join(c for j, c in enumerate(term) if j not in (a, b)) + letter
        terms[i] = term
    if not arrow:
        return emit("Einsum", operands, equation=",".join(terms))
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


def bernoulli(input, *_, **__):
    return cast(lt(_make.rand_like(input), input), input.dtype)


def multinomial(input, num_samples, replacement=False, **_):
    raise trace.Unsupported("torch.multinomial is not read yet: sampling has no place in a model's forward")


def numel(input):
    return input.numel()


def is_tensor(value):
    return isinstance(value, Tensor)


def is_floating_point(input):
    return input.dtype.is_floating_point


def equal(input, other):
    raise trace.Unsupported("whether two tensors are equal is not known before the model runs")


# In place: the same object stands for the result.


def _in_place(function):
    def changed(self, *arguments, **options):
        made = function(self, *arguments, **options)
        return self._become(cast(made, self.dtype) if made.dtype is not self.dtype else made)

    return changed


def _uniform_(self, a=0.0, b=1.0, **_):
    return self._start(kind="uniform", low=float(a), high=float(b))


def _normal_(self, mean=0.0, std=1.0, **_):
    return self._start(kind="normal", mean=float(mean), std=float(std))


def _fill_(self, value):
    if trace.tracing:
        return self._become(_make.full_like(self, value))
    return self._start(kind="constant", value=float(value))


def _zero_(self):
    if trace.tracing:
        return self._become(_make.zeros_like(self))
    return self._start(kind="zeros")


def _copy_(self, source, *_):
    return self._become(cast(expand(source, *self.shape) if list(source.shape) != list(self.shape) else source, self.dtype))


_FUNCTIONS = """add sub mul div floor_divide remainder fmod pow eq ne gt ge lt le logical_and logical_or logical_xor
logical_not bitwise_and bitwise_or bitwise_not exp log sqrt sin cos tan asin acos atan sinh cosh asinh acosh atanh tanh
sigmoid erf reciprocal neg negative abs absolute sign sgn floor ceil relu isnan isinf isfinite round trunc frac rsqrt
square log1p expm1 log2 log10 exp2 logit clamp clip clamp_min clamp_max maximum minimum lerp addcmul addcdiv
masked_fill clone reshape view view_as reshape_as flatten unflatten ravel transpose swapaxes swapdims t adjoint permute
movedim moveaxis unsqueeze squeeze expand expand_as broadcast_to repeat tile repeat_interleave split split_with_sizes
chunk tensor_split unbind select narrow flip fliplr flipud roll index_select gather take_along_dim scatter scatter_add
unfold tril triu diagonal diag diag_embed nonzero arctan2 atan2 sum mean nanmean prod amax amin argmax argmin max min topk sort argsort var std norm all any cumsum
logsumexp softmax log_softmax matmul mm mv bmm dot inner outer addmm baddbmm bernoulli multinomial equal logaddexp hypot xlogy nan_to_num cross cumprod index_add median""".split()

_IN_PLACE = """add sub mul div pow exp log sqrt sin cos tanh sigmoid neg abs floor ceil relu round clamp clip clamp_min
clamp_max masked_fill unsqueeze squeeze transpose t scatter scatter_add tril triu rsqrt square reciprocal lerp addcmul
addcdiv floor_divide remainder bernoulli logical_not""".split()


def _where(self, condition, other):
    return where(condition, self, other)


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
        "__floordiv__": floor_divide, "__rfloordiv__": lambda x, y: floor_divide(y, x), "__mod__": remainder,
        "__pow__": pow, "__rpow__": lambda x, y: pow(y, x), "__matmul__": matmul,
        "__rmatmul__": lambda x, y: matmul(y, x), "__neg__": neg, "__abs__": abs, "__pos__": identity,
        "__invert__": logical_not, "__and__": logical_and, "__or__": logical_or, "__xor__": logical_xor,
        "__rand__": logical_and, "__ror__": logical_or,
        "__eq__": eq, "__ne__": ne, "__lt__": lt, "__le__": le, "__gt__": gt, "__ge__": ge,
        "__getitem__": getitem, "__setitem__": setitem,
        "__iadd__": _in_place(add), "__isub__": _in_place(sub), "__imul__": _in_place(mul),
        "__itruediv__": _in_place(div), "__ipow__": _in_place(pow), "__iand__": _in_place(logical_and),
        "__ior__": _in_place(logical_or),
    }
    for name, function in operators.items():
        setattr(Tensor, name, function)
    Tensor.uniform_, Tensor.normal_, Tensor.fill_, Tensor.zero_ = _uniform_, _normal_, _fill_, _zero_
    Tensor.copy_, Tensor.where = _copy_, _where
    Tensor.new_zeros = lambda self, *s, dtype=None, **k: _make.zeros(*s, dtype=dtype or self.dtype)
    Tensor.new_ones = lambda self, *s, dtype=None, **k: _make.ones(*s, dtype=dtype or self.dtype)
    Tensor.new_empty = Tensor.new_zeros
    Tensor.new = lambda self, *s, **_: (
        _make.tensor(s[0], dtype=self.dtype)
        if len(s) == 1 and isinstance(s[0], list)
        else _make.zeros(*s, dtype=self.dtype)
    )
    Tensor.new_full = lambda self, s, v, dtype=None, **k: _make.full(s, v, dtype=dtype or self.dtype)
    Tensor.new_tensor = lambda self, data, dtype=None, **k: _make.tensor(data, dtype=dtype or self.dtype)
    Tensor.trunc_normal_ = None
    del Tensor.trunc_normal_
    Tensor.absolute_ = Tensor.abs_
    Tensor.concat = lambda self, *_: self


def _number(value, like):
    return float(value) if isinstance(value, int) and like.dtype.is_floating_point else value


install()

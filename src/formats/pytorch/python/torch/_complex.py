"""
Complex tensors: each is a pair of real ones, and each op on it is ops on these, so that what has complex numbers inside
runs, trains and is explained by the kernels for real numbers. `_tensor.emit` hands over what it is given a pair for.
"""

import math

from _vitrine import trace

from . import _make, _ops
from . import _tensor
from ._tensor import Tensor, complex64, emit

#: Ops that do the same to both parts.
_BOTH = frozenset("""Add Sub Sum Neg Reshape Transpose Flatten Squeeze Unsqueeze Slice Concat Expand Tile Gather
GatherElements GatherND Pad ReduceSum ReduceMean Identity Split ScatterElements ScatterND CumSum Where Trilu
Dropout""".split())
#: Ops that are linear in each of two operands.
_PRODUCTS = frozenset(("Mul", "MatMul", "Einsum"))


class Complex(Tensor):
    """real + i imag. `_whole` says that the imaginary part is zero throughout."""

    _id = None

    @property
    def _pair(self):
        return self._real, self._imaginary

    def _become(self, other):
        other = as_complex(other)
        self._real, self._imaginary, self._whole = *other._pair, other._whole
        self._shape, self._typed = other._shape, None
        return self

    def _start(self, **initializer):
        raise trace.Unsupported("how a complex parameter begins is read from the call that makes it, not from what changes it")

    def _values(self):
        raise trace.Unnumbered()

    def __deepcopy__(self, memo):
        return self

    def __setitem__(self, index, value):
        if not isinstance(value, Tensor):
            value = _make.scalar(value, _tensor.float32) if not isinstance(value, complex) else _constant(value)
        value = as_complex(value)
        real, imaginary = (_ops.identity(p) if trace.tracing else p for p in self._pair)
        _ops.setitem(real, index, value._real)
        _ops.setitem(imaginary, index, value._imaginary)
        self._become(pair(real, imaginary))

    def is_complex(self):
        return True


class Stored(Complex):
    """A parameter or a buffer: one real tensor of the graph whose last dimension holds both parts, as PyTorch stores it."""

    @property
    def _pair(self):
        held = _tensor.Tensor.__new__(Tensor)._fill(self._id, _tensor.float32, (*self._shape, 2))
        held.requires_grad = self.requires_grad
        return _ops.select(held, -1, 0), _ops.select(held, -1, 1)

    _real = property(lambda self: self._pair[0])
    _imaginary = property(lambda self: self._pair[1])

    def _become(self, other):
        raise trace.Unsupported("complex parameters and buffers that forward changes are not read yet")

    def _type(self):
        return {"dtype": "float32", "shape": [*self._shape, 2]}


def pair(real, imaginary, whole=False):
    made = object.__new__(Complex)
    made._real, made._imaginary, made._whole = real, imaginary, whole
    made._dtype, made._shape, made._init, made._typed = complex64, real._shape, None, None
    made.requires_grad = real.requires_grad or imaginary.requires_grad
    return made


def as_complex(x):
    if isinstance(x, Complex):
        return x
    x = _ops.cast(x, _tensor.float32)
    return pair(x, _make.zeros_like(x), True)


def _constant(value):
    return pair(_make.scalar(value.real, _tensor.float32), _make.scalar(value.imag, _tensor.float32))


def stored(value, cls=None):
    """A complex parameter or buffer that begins with a value; None where its numbers are not known."""
    if isinstance(value, Stored):
        return held(value, value._init, value._shape, cls)
    real, imaginary = value._pair
    if real._random() and imaginary._random():
        leaf = _tensor.leaf((*value._shape, 2), _tensor.float32, real._init)
    else:
        leaf = _tensor.settled(view_as_real(value))
        if leaf is None:
            return None
    return held(leaf, leaf._init, value._shape, cls)


def held(leaf, initializer, shape, cls=None):
    """A complex tensor that a real one of the graph holds."""
    kind = Stored if cls is None else type(cls.__name__, (Stored, cls), {})
    made = object.__new__(kind)
    made._id, made._dtype, made._shape, made._typed = leaf._id, complex64, shape, None
    made._init, made._whole, made.requires_grad = initializer, False, False
    return made


def emitted(op, inputs, outputs, attributes):
    """What `emit` gives where one of its inputs is complex."""
    if op == "Cast":
        return inputs[0] if attributes.get("to") == complex64.name else emit("Identity", [inputs[0]._pair[0]])
    parts = [(None, None) if t is None else t._pair if isinstance(t, Complex) else (t, t) for t in inputs]
    reals, imaginaries = [p[0] for p in parts], [p[1] for p in parts]
    if op in _BOTH:
        made = [emit(op, p, outputs, **attributes) for p in (reals, imaginaries)]
        if isinstance(made[0], tuple):
            return tuple(pair(*p) for p in zip(*made))
        return pair(*made, whole=all(getattr(t, "_whole", True) for t in inputs))
    if op in _PRODUCTS and len(inputs) == 2:
        return _product(op, inputs, reals, imaginaries, attributes)
    if op == "Einsum" and len(inputs) == 1:
        return pair(*[emit(op, p, **attributes) for p in (reals, imaginaries)])
    if op == "Div":
        top, bottom = inputs
        if getattr(bottom, "_whole", not isinstance(bottom, Complex)):
            return pair(*[emit("Div", [p, reals[1]]) for p in as_complex(top)._pair])
        scale = _ops.add(_ops.mul(reals[1], reals[1]), _ops.mul(imaginaries[1], imaginaries[1]))
        turned = _ops.mul(top, conj(bottom))
        return pair(*[_ops.div(p, scale) for p in turned._pair])
    if op == "Abs":
        real, imaginary = inputs[0]._pair
        return emit("Sqrt", [_ops.add(_ops.mul(real, real), _ops.mul(imaginary, imaginary))])
    if op == "Exp":
        return polar(emit("Exp", [reals[0]]), imaginaries[0])
    if op == "Reciprocal":
        return _ops.div(as_complex(_make.scalar(1.0, _tensor.float32)), inputs[0])
    raise trace.Unsupported(f"{op} of complex numbers is not read yet")


def _product(op, inputs, reals, imaginaries, attributes):
    def times(a, b):
        return emit(op, [a, b], **attributes)

    plain = [not isinstance(t, Complex) or t._whole for t in inputs]
    if all(plain):
        made = times(*reals)
        return pair(made, _make.zeros_like(made), True)
    if plain[1]:
        return pair(times(reals[0], reals[1]), times(imaginaries[0], reals[1]))
    if plain[0]:
        return pair(times(reals[0], reals[1]), times(reals[0], imaginaries[1]))
    (a, c), (b, d) = reals, imaginaries
    return pair(_ops.sub(times(a, c), times(b, d)), _ops.add(times(a, d), times(b, c)))


# What PyTorch calls them


def complex(real, imag, *, out=None):
    return pair(real, imag)


def polar(abs, angle, *, out=None):
    return pair(_ops.mul(abs, _ops.cos(angle)), _ops.mul(abs, _ops.sin(angle)))


def view_as_complex(input):
    if input.shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    return pair(_ops.select(input, -1, 0), _ops.select(input, -1, 1))


def view_as_real(input):
    if not isinstance(input, Complex):
        raise RuntimeError("view_as_real is only supported for complex tensors")
    return _ops.stack(list(input._pair), -1)


def real(input):
    return input._pair[0] if isinstance(input, Complex) else input


def imag(input):
    if not isinstance(input, Complex):
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return input._pair[1]


def conj(input):
    if not isinstance(input, Complex):
        return input
    first, second = input._pair
    return pair(first, _ops.neg(second), input._whole)


def angle(input):
    if isinstance(input, Complex):
        first, second = input._pair
        return _ops.atan2(second, first)
    return _ops.where(_ops.lt(input, 0), math.pi, 0.0)


def is_complex(input):
    return isinstance(input, Complex)


def install():
    Tensor.real, Tensor.imag = property(real), property(imag)
    for function in (conj, angle):
        setattr(Tensor, function.__name__, function)
    Tensor.conj_physical = conj
    Tensor.cfloat = Tensor.cdouble = as_complex


install()

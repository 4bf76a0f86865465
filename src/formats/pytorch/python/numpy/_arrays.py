"""
Arrays of a script that trains: tensors that know they are numpy's, because the same name means another thing there
(`std` divides by n, `max` of an axis gives no places, `size` is a number).
"""

import math

from _vitrine import trace
from torch import _ops, _tensor
from torch._tensor import Tensor


class ndarray(Tensor):
    @property
    def size(self):
        return math.prod(self._shape)

    @property
    def T(self):
        return _ops.permute(self, tuple(reversed(range(self.ndim))))

    @property
    def nbytes(self):
        return self.size * self.itemsize

    @property
    def values(self):
        return self

    def _over(self, function, axis, **options):
        given = self if self._dtype.is_floating_point else self.double()
        return function(given, axis, **options)

    def mean(self, axis=None, keepdims=False, **_):
        return self._over(_ops.mean, axis, keepdim=keepdims)

    def var(self, axis=None, ddof=0, keepdims=False, **_):
        return self._over(_ops.var, axis, keepdim=keepdims, correction=ddof)

    def std(self, axis=None, ddof=0, keepdims=False, **_):
        return _ops.sqrt(self.var(axis, ddof, keepdims))

    def sum(self, axis=None, keepdims=False, **_):
        return _ops.sum(self, axis, keepdims)

    def max(self, axis=None, keepdims=False, **_):
        return _ops.amax(self, axis, keepdims)

    def min(self, axis=None, keepdims=False, **_):
        return _ops.amin(self, axis, keepdims)

    def argmax(self, axis=None, **_):
        return _ops.argmax(self, axis)

    def argmin(self, axis=None, **_):
        return _ops.argmin(self, axis)

    def dot(self, other):
        return _ops.matmul(self, other)

    def reshape(self, *shape, order="C", **_):
        if order not in ("C", None):
            raise trace.Unsupported(f"reshape in the order {order!r} is not read")
        return _ops.reshape(self, *shape)

    def flatten(self, *_):
        return _ops.flatten(self)

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 and isinstance(axes[0], (list, tuple)) else axes
        return _ops.permute(self, tuple(axes)) if axes else self.T

    def repeat(self, repeats, axis=None):
        return _ops.repeat_interleave(self, repeats, axis)

    def squeeze(self, axis=None):
        return _ops.squeeze(self) if axis is None else _ops.squeeze(self, axis)

    def clip(self, low=None, high=None, **_):
        return _ops.clamp(self, low, high)

    def fill(self, value):
        self._become(_ops._make.full_like(self, value))

    def argsort(self, axis=-1, **_):
        return _ops.argsort(self, axis)

    def type(self, *arguments):
        return Tensor.type(self, *arguments)


def is_ours():
    """Whether what runs is a script, which is given arrays; constructors are given tensors."""
    return trace.script is not None


def array_of(tensor):
    """The same values as an array."""
    if not is_ours() or tensor.__class__ is ndarray:
        return tensor
    made = ndarray.__new__(ndarray)._fill(tensor._id, tensor._dtype, tensor._shape)
    made._init = tensor._init
    return made


_tensor.ARRAY = ndarray

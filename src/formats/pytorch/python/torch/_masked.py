"""
What a mask chooses: as many values as it is true for, which only a run knows. Assigned where the same mask chooses, summed or
averaged, and computed with element by element, it needs no size.
"""

from _vitrine import trace

from . import _make, _ops, _tensor


class Masked(_tensor.Tensor):
    _is_masked = True

    def __init__(self, whole, mask):
        self._whole, self._mask = whole, mask
        self._dtype, self.requires_grad = whole._dtype, whole.requires_grad

    def _unsized(self):
        raise trace.Unsupported("indexing with a mask has a result whose size depends on the values")

    _id = _shape = shape = property(_unsized)

    def _chosen(self, other):
        """Of what `other` chooses the tensor that it chooses from, where it does so by the same mask."""
        if isinstance(other, Masked):
            return other._whole if other._mask._id == self._mask._id else self._unsized()
        return other if not isinstance(other, _tensor.Tensor) or other.ndim == 0 else self._unsized()

    def sum(self, *dims, dtype=None, **options):
        if dims or options:
            self._unsized()
        whole = self._whole if self._whole.dtype is not _tensor.bool_ else _ops.cast(self._whole, _tensor.int64)
        return _ops.sum(_ops.masked_fill(whole, _ops.logical_not(self._mask_of_all()), 0))

    def mean(self, *dims, dtype=None, **options):
        if dims or options:
            self._unsized()
        return _ops.div(self.sum(), _ops.sum(_ops.cast(self._mask_of_all(), self._whole.dtype)))

    def _mask_of_all(self):
        mask = self._mask
        for _ in range(self._whole.ndim - mask.ndim):
            mask = _ops.unsqueeze(mask, -1)
        return _ops.expand(mask, *self._whole.shape)

    def assigned(self, x, index):
        """What `x[index] = self` makes of x: where the same mask chooses of x, what it chooses here."""
        mask = index[0] if len(index) == 1 else None
        if getattr(mask, "_id", None) != self._mask._id:
            self._unsized()
        for _ in range(x.ndim - mask.ndim):
            mask = _ops.unsqueeze(mask, -1)
        return _ops.where(mask, _ops.cast(self._whole, x.dtype), x)

    def __setitem__(self, index, value):
        self._unsized()

    def __deepcopy__(self, memo):
        return self


def _elementwise(name):
    function = getattr(_tensor.Tensor, name)

    def run(self, *others, **options):
        return Masked(function(self._whole, *[self._chosen(o) for o in others], **options), self._mask)

    return run


def install():
    for name in """__add__ __radd__ __sub__ __rsub__ __mul__ __rmul__ __truediv__ __rtruediv__ __pow__ __neg__ __abs__ abs exp
    log log2 log10 log1p sqrt square pow sigmoid tanh relu clamp add sub mul div float long to type detach neg eq ne lt gt le ge
    __eq__ __ne__ __lt__ __gt__ __le__ __ge__""".split():
        if hasattr(_tensor.Tensor, name):
            setattr(Masked, name, _elementwise(name))
    Masked.__hash__ = _tensor.Tensor.__hash__


install()

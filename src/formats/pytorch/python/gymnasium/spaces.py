"""gymnasium.spaces, as far as agents' networks ask for shapes and numbers of actions."""

import numpy


class Space:
    def __init__(self, shape=None, dtype=None):
        self.shape = None if shape is None else tuple(shape)
        self.dtype = dtype

    def sample(self, *_, **__):
        """One of its elements; which one is nothing that a network's shapes depend on."""
        return numpy.zeros(self.shape)

    def seed(self, *_):
        return []

    def contains(self, _):
        return True

    def __class_getitem__(cls, _):
        return cls


def _bound(value, shape):
    if hasattr(value, "shape"):
        return value
    return numpy.array(value) if isinstance(value, (list, tuple)) else numpy.full(shape, value)


class Box(Space):
    def __init__(self, low=-1.0, high=1.0, shape=None, dtype="float32", seed=None):
        if shape is None:
            shape = next((tuple(v.shape) for v in (low, high) if hasattr(v, "shape")), ())
        super().__init__(shape, numpy.dtype(dtype) if isinstance(dtype, str) and hasattr(numpy, "dtype") else dtype)
        self.low, self.high = _bound(low, self.shape), _bound(high, self.shape)


class Discrete(Space):
    def __init__(self, n, seed=None, start=0):
        super().__init__((), "int64")
        self.n, self.start = n, start

    def sample(self, *_, **__):
        return self.start


class MultiDiscrete(Space):
    def __init__(self, nvec, dtype="int64", seed=None):
        super().__init__((len(nvec),), dtype)
        self.nvec = nvec


class MultiBinary(Space):
    def __init__(self, n, seed=None):
        super().__init__((n,) if isinstance(n, int) else n, "int8")
        self.n = n


class Tuple(Space):
    def __init__(self, spaces, seed=None):
        super().__init__()
        self.spaces = tuple(spaces)

    def __getitem__(self, index):
        return self.spaces[index]

    def __len__(self):
        return len(self.spaces)


class Dict(Space):
    def __init__(self, spaces=None, seed=None, **more):
        super().__init__()
        self.spaces = {**(spaces or {}), **more}

    def __getitem__(self, key):
        return self.spaces[key]

    def items(self):
        return self.spaces.items()

    keys = __iter__ = lambda self: iter(self.spaces)
    values = lambda self: self.spaces.values()

"""numpy.random: where a script says the seed, the numbers that it draws anywhere; else chance is left to the run."""

import random as _python
from math import prod

from _vitrine import trace, unknown
from _vitrine.chance import Twister, twister


def _sizes(shape):
    return (shape,) if isinstance(shape, int) or hasattr(shape, "__index__") else tuple(shape)


def _torch():
    import torch

    return torch


def _array(tensor):
    from ._arrays import array_of

    return array_of(tensor)


class RandomState:
    def __init__(self, seed=None, *_):
        self._twister = twister(seed) if trace.script is not None else None

    def seed(self, seed=None, *_):
        self.__init__(seed)

    def _drawn(self, size, draw, free):
        """Numbers of the seed, or a tensor that begins with numbers of that kind."""
        if self._twister is None:
            return _array(free(_sizes(size)))
        values = _torch().tensor([draw() for _ in range(prod(_sizes(size)))], dtype=_torch().float64)
        return _array(values.reshape(*_sizes(size)))

    def normal(self, loc=0.0, scale=1.0, size=None):
        if size is None and not hasattr(loc, "_dtype"):
            return loc + scale * self._twister.normal() if self._twister else loc
        if size is None:
            size = tuple(loc.shape)
        return self.standard_normal(size) * scale + loc

    def standard_normal(self, size=None):
        if size is None:
            return self._twister.normal() if self._twister else 0.0
        return self._drawn(size, lambda: self._twister.normal(), lambda s: _torch().randn(*s))

    def uniform(self, low=0.0, high=1.0, size=None):
        if size is None:
            share = self._twister.uniform() if self._twister else 0.5
            return low + (high - low) * share
        return self.random_sample(size) * (high - low) + low

    def random_sample(self, size=None):
        if size is None:
            return self._twister.uniform() if self._twister else 0.5
        return self._drawn(size, lambda: self._twister.uniform(), lambda s: _torch().rand(*s))

    random = sample = ranf = random_sample

    def randn(self, *size):
        return self.standard_normal(size or None)

    def rand(self, *size):
        return self.random_sample(size or None)

    def randint(self, low, high=None, size=None, **_):
        low, high = (0, low) if high is None else (low, high)
        draw = lambda: low + self._twister.below(int(high) - int(low) - 1)  # noqa: E731
        if size is None:
            return draw() if self._twister else low
        if self._twister is None:
            return _array(_torch().randint(low, high, _sizes(size)))
        values = [draw() for _ in range(prod(_sizes(size)))]
        return _array(_torch().tensor(values, dtype=_torch().int64).reshape(*_sizes(size)))

    integers = randint

    def _order(self, n):
        if self._twister is not None:
            return self._twister.permutation(n)
        order = list(range(n))
        _python.Random(n).shuffle(order)
        return order

    def permutation(self, x):
        if isinstance(x, int):
            return _array(_torch().tensor(self._order(x)))
        order = self._order(len(x))
        return x[order] if hasattr(x, "_dtype") else _array(_torch().tensor([x[i] for i in order]))

    def shuffle(self, x):
        order = self._order(len(x))
        if hasattr(x, "_dtype"):
            x._become(x[order])
        else:
            x[:] = [x[i] for i in order]

    def choice(self, a, size=None, replace=True, p=None):
        if p is not None:
            raise trace.Unsupported("numpy.random.choice with probabilities is not read")
        pool = list(range(a)) if isinstance(a, int) else a
        n = len(pool)
        if size is None:
            return pool[self.randint(n)]
        count = prod(_sizes(size))
        if replace and self._twister is None:
            raise trace.Unsupported("numpy.random.choice without a seed is not read: say numpy.random.seed first")
        places = [self._twister.below(n - 1) for _ in range(count)] if replace else self._order(n)[:count]
        picked = pool[places] if hasattr(pool, "_dtype") else _torch().tensor([pool[i] for i in places])
        return _array(picked.reshape(*_sizes(size)))

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return unknown.make(f"numpy.random.{name}")


class Module(RandomState):
    """numpy.random itself. The next script begins without a seed."""

    RandomState = RandomState

    def default_rng(self, *_):
        """Another generator, whose numbers are not drawn here: chance is left to the run."""
        return RandomState()


__all__ = ["Module", "RandomState", "Twister"]

"""
In which order a tensor's numbers lie once its dimensions were permuted: `view` cannot join dimensions that are no neighbours
in memory. Known of what the file's own code permutes, until something computes with it or makes it contiguous.
"""

import sys

from _vitrine import trace
from _vitrine.sizes import SymInt, bound


class NotViewable(RuntimeError):
    """`view` of a tensor whose numbers lie in another order."""


def turned(made, input, perm):
    """The permuted tensor, with the order of its dimensions in memory where the file itself permutes."""
    if trace.tracing and sys._getframe(2).f_code.co_filename.startswith(trace.WORKSPACE):
        before = input.__dict__.get("_order") or range(len(perm))
        order = [before[p] for p in perm]
        # A dimension of one lies anywhere.
        long = [p for p, d in zip(order, made.shape) if not (isinstance(d, int) and d == 1)]
        if long != sorted(long):
            made._order = order
    return made


def contiguous(x, *_, **__):
    if "_order" not in x.__dict__:
        return x
    made = type(x).__new__(type(x))
    made.__dict__.update({k: v for k, v in x.__dict__.items() if k != "_order"})
    return made


def check(x, shape):
    """Raises NotViewable where the dimensions of x cannot be seen as those of `shape`, which has as many elements."""
    order = x.__dict__.get("_order")
    if order is None or not sys._getframe(2).f_code.co_filename.startswith(trace.WORKSPACE):
        return
    chunks = []
    last = None
    for place, length in reversed(list(zip(order, x.shape))):
        if isinstance(length, int) and length == 1:
            continue
        if last is not None and place == last - 1:
            chunks[-1] = chunks[-1] * length
        else:
            chunks.append(length)
        last = place
    # Sizes that are quotients have no one way to be written: they are held to some numbers.
    if any("/" in str(d) or "(" in str(d) for d in (*chunks, *shape)):
        fits = any(_fits([bound(c, by) for c in chunks], [bound(d, by) for d in shape]) for by in (0, 1, 2))
    else:
        fits = _fits(chunks, shape)
    if not fits:
        raise NotViewable(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )


def _fits(chunks, shape):
    """Whether dimensions of a shape, from the last, are made of stretches of memory, from the last."""
    left = [d for d in reversed(shape) if not (isinstance(d, int) and d == 1)]
    for chunk in chunks:
        size = 1
        while left and not _same(size, chunk):
            size = size * left.pop(0)
        if not _same(size, chunk):
            return False
    return True


def _same(a, b):
    if isinstance(a, SymInt) or isinstance(b, SymInt):
        difference = a - b
        return isinstance(difference, int) and difference == 0
    return a == b

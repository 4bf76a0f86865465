"""
What a class stands on whose base is of a library that is not here: a module, so that its layers and its forward are read
as far as they go by themselves.
"""

import sys
import types

from torch import nn

from . import trace, unknown


class Foreign(nn.Module):
    """The base's own names are unknown values; its constructor takes anything."""

    def __init__(self, *_, **__):
        super().__init__()

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            own = sys._getframe(1).f_code.co_filename.startswith(trace.WORKSPACE)
            if name.startswith("__" if own else "_") or "_modules" not in self.__dict__:
                raise
            return unknown.make(f"{type(self).__name__}.{name}")


class _Reached:
    """A name of the base that `super()` is asked for, which looks into classes alone and never asks `__getattr__`."""

    def __init__(self, name):
        self.name = name

    def __get__(self, obj, kind=None):
        return unknown.make(f"{kind.__name__}.{self.name}") if obj is None else obj.__getattr__(self.name)


def _reached(members):
    """A base that has what these methods may ask `super()` for."""
    codes = [f.__code__ for f in members.values() if isinstance(f, types.FunctionType)]
    names = {n for code in codes if "super" in code.co_names for n in code.co_names if not n.startswith("__")}
    return type("Foreign", (Foreign,), {n: _Reached(n) for n in names if not hasattr(Foreign, n) and n != "super"})


def is_module(name, members):
    """Whether a class is a model, by what it defines and by what its base is called."""
    called = name.rsplit(".", 1)[-1]
    if called.endswith(("Function", "Dataset", "Callback", "Config", "Trainer", "Env")):
        return False
    return "forward" in members or "__init__" in members and called.endswith(("Module", "Model", "Net", "Layer"))


def standing_on(bases, members):
    """The bases with modules in the place of what is not known."""
    known = [b for b in bases if not unknown.is_plain(b)]
    if any(issubclass(b, nn.Module) for b in known):
        return tuple(known)
    return (_reached(members), *[b for b in known if b is not object])

"""What code may change beyond the run it is in, told so that two such states are equal if nothing has changed."""

import collections
import functools
import random
import sys
import types

from . import trace
from .likeness import INSIDE
from .sizes import Scalar, SymFloat, SymInt

_PLAIN = {type(None), bool, int, float, str, bytes, complex}
_LISTS = (list, tuple, set, frozenset, collections.deque)
_UNSAID = {"__dict__", "__weakref__", "__doc__", "__module__", "__annotations__", "__annotations_cache__", "_abc_impl"}
_most = 20_000


class Refused(Exception):
    """It cannot be told, or a file is to be read anew."""


def of_modules():
    """The names of all files of the workspace that have run, and what PyTorch was told to do from there on."""
    from torch import get_default_dtype

    seen = set()
    return [get_default_dtype(), trace.without_gradient] + [
        (name, [(k, _of(v, seen)) for k, v in vars(module).items() if not k.startswith("__")])
        for name, module in sorted(sys.modules.items(), key=lambda m: m[0])
        if trace.is_own_module(module)
    ]


def of_model(modules):
    """What the attributes of modules hold that can change without being set: what a forward sets is taken back."""
    seen = set()
    if any("_materialize" in m.__dict__ for m in modules):
        raise Refused("it is made at its first call")
    return [(m._number, name, _of(v, seen)) for m in modules for name, v in m.__dict__.items()
            if type(v) not in _PLAIN and name not in INSIDE]


def _of(value, seen):
    kind = type(value)
    if kind in _PLAIN or issubclass(kind, Scalar):
        return value
    if kind is SymInt or kind is SymFloat:
        return kind, repr(value)
    if id(value) in seen:
        return id(value)
    if isinstance(value, types.ModuleType) or kind is types.BuiltinFunctionType:
        return id(value)
    seen.add(id(value))
    if len(seen) > _most:
        raise Refused("there is too much of it")
    if isinstance(value, _LISTS):
        return id(value), [_of(v, seen) for v in value]
    if isinstance(value, dict):
        return id(value), [(_of(k, seen), _of(v, seen)) for k, v in value.items()]
    if kind is types.FunctionType:
        if not value.__code__.co_filename.startswith(trace.WORKSPACE) and "__wrapped__" not in value.__dict__:
            return id(value)
        cells = [_of(_content(c), seen) for c in value.__closure__ or ()]
        return (id(value), _of(value.__defaults__, seen), _of(value.__kwdefaults__, seen), cells,
                [_of(v, seen) for v in value.__dict__.values()])
    if kind in (staticmethod, classmethod):
        return _of(value.__func__, seen)
    if kind is types.MethodType:
        return _of(value.__func__, seen), _of(value.__self__, seen)
    if kind is property:
        return id(value), [_of(f, seen) for f in (value.fget, value.fset, value.fdel)]
    if isinstance(value, type):
        if not trace.is_own_module(sys.modules.get(value.__module__)):
            return id(value)
        return id(value), [(k, _of(v, seen)) for k, v in vars(value).items() if k not in _UNSAID]
    if kind is functools.partial:
        return id(value), _of(value.func, seen), _of(value.args, seen), _of(value.keywords, seen)
    if hasattr(kind, "__next__") or isinstance(value, (functools._lru_cache_wrapper, random.Random)):
        raise Refused("it counts by itself")
    if kind.__module__.split(".")[0] in ("numpy", "pandas", "sklearn"):
        raise Refused("its numbers may change")
    if hasattr(kind, "named_modules"):
        if "_materialize" in value.__dict__ or "_recomputed" in value.__dict__:
            raise Refused("it is made at its first call")
        return id(value), [(k, _of(v, seen)) for k, v in value.__dict__.items() if k not in ("_entered", "_left")]
    if hasattr(kind, "_kind_of_type"):
        return id(value), [(k, v if type(v) in _PLAIN else id(v)) for k, v in value.__dict__.items() if k != "_typed"]
    fields = getattr(value, "__dict__", None)
    if fields and not isinstance(value, types.MappingProxyType):
        return id(value), [(k, _of(v, seen)) for k, v in fields.items()]
    return id(value)


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return None

"""What code may change beyond the run it is in, told so that two such states are equal if nothing has changed."""

import collections
import functools
import operator
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


class State:
    """What code may change, as `tell` tells it with a Walk. Raises Refused where that cannot be told."""

    def __init__(self, tell):
        self.tell = tell
        self.walk = Walk()
        self.told = tell(self.walk)

    def holds(self):
        """Whether it is as it was. Raises Refused where that cannot be told."""
        # All that was seen holds the same objects: nothing has to be told once more.
        if self.walk.holds():
            return True
        walk = Walk()
        if self.tell(walk) != self.told:
            return False
        self.walk = walk
        return True


class Walk:
    """What was seen while a state was told, with what it held."""

    def __init__(self):
        self.seen = set()
        self.settings = _settings()
        self.mappings, self.lists, self.functions, self.cells = [], [], [], []

    def mapping(self, value):
        self.mappings.append((value, dict(value)))
        return value.items()

    def holds(self):
        return (
            self.settings == _settings()
            and all([is_same(m, before) for m, before in self.mappings])
            and all([len(v) == len(before) and all(map(operator.is_, v, before)) for v, before in self.lists])
            and all([
                f.__defaults__ is d and f.__kwdefaults__ is k and len(own) == n for f, d, k, own, n in self.functions
            ])
            and all([_content(c) is before for c, before in self.cells])
        )


def _settings():
    from torch import get_default_dtype

    return get_default_dtype(), trace.without_gradient


def is_same(a, b):
    """Whether two mappings hold the same objects in the same order."""
    return len(a) == len(b) and all(map(operator.is_, a.values(), b.values())) and all(map(operator.is_, a, b))


def of_modules():
    """The names of all files of the workspace that have run, and what PyTorch was told to do from there on."""
    return State(_modules)


def of_model(modules):
    """What the attributes of modules hold that can change without being set: what a forward sets is taken back."""

    def tell(walk):
        if any("_materialize" in m.__dict__ for m in modules):
            raise Refused("it is made at its first call")
        return [(m._number, name, _of(v, walk)) for m in modules for name, v in walk.mapping(m.__dict__)
                if type(v) not in _PLAIN and name not in INSIDE]

    return State(tell)


def _modules(walk):
    walk.mapping(sys.modules)
    return [*walk.settings] + [
        (name, [(k, _of(v, walk)) for k, v in walk.mapping(vars(module)) if not k.startswith("__")])
        for name, module in sorted(sys.modules.items(), key=lambda m: m[0])
        if trace.is_own_module(module)
    ]


def _of(value, walk):
    kind = type(value)
    if kind in _PLAIN or issubclass(kind, Scalar):
        return value
    if kind is SymInt or kind is SymFloat:
        return kind, repr(value)
    seen = walk.seen
    if id(value) in seen:
        return id(value)
    if isinstance(value, types.ModuleType) or kind is types.BuiltinFunctionType:
        return id(value)
    seen.add(id(value))
    if len(seen) > _most:
        raise Refused("there is too much of it")
    if isinstance(value, _LISTS):
        if not isinstance(value, (tuple, frozenset)):
            walk.lists.append((value, [*value]))
        return id(value), [_of(v, walk) for v in value]
    if isinstance(value, dict):
        return id(value), [(_of(k, walk), _of(v, walk)) for k, v in walk.mapping(value)]
    if kind is types.FunctionType:
        own = value.__dict__
        if not value.__code__.co_filename.startswith(trace.WORKSPACE) and "__wrapped__" not in own:
            return id(value)
        contents = [_content(c) for c in value.__closure__ or ()]
        walk.cells += zip(value.__closure__ or (), contents)
        walk.functions.append((value, value.__defaults__, value.__kwdefaults__, own, len(own)))
        return (id(value), _of(value.__defaults__, walk), _of(value.__kwdefaults__, walk),
                [_of(c, walk) for c in contents], [_of(v, walk) for _, v in (walk.mapping(own) if own else ())])
    if kind in (staticmethod, classmethod):
        return _of(value.__func__, walk)
    if kind is types.MethodType:
        return _of(value.__func__, walk), _of(value.__self__, walk)
    if kind is property:
        return id(value), [_of(f, walk) for f in (value.fget, value.fset, value.fdel)]
    if isinstance(value, type):
        if not trace.is_own_module(sys.modules.get(value.__module__)):
            return id(value)
        return id(value), [(k, _of(v, walk)) for k, v in walk.mapping(vars(value)) if k not in _UNSAID]
    if kind is functools.partial:
        return id(value), _of(value.func, walk), _of(value.args, walk), _of(value.keywords, walk)
    if hasattr(kind, "__next__") or isinstance(value, (functools._lru_cache_wrapper, random.Random)):
        raise Refused("it counts by itself")
    if kind.__module__.split(".")[0] in ("numpy", "pandas", "sklearn"):
        raise Refused("its numbers may change")
    if hasattr(kind, "named_modules"):
        if "_materialize" in value.__dict__ or "_recomputed" in value.__dict__:
            raise Refused("it is made at its first call")
        return id(value), [(k, _of(v, walk)) for k, v in walk.mapping(value.__dict__) if k not in ("_entered", "_left")]
    if hasattr(kind, "_kind_of_type"):
        return id(value), [(k, v if type(v) in _PLAIN else id(v)) for k, v in walk.mapping(value.__dict__) if k != "_typed"]
    fields = getattr(value, "__dict__", None)
    if fields is not None and not isinstance(value, types.MappingProxyType):
        fields = walk.mapping(fields)
        if fields:
            return id(value), [(k, _of(v, walk)) for k, v in fields]
    return id(value)


def _content(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return None

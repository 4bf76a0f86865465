"""
What a call of a block depends on, as keys that are equal for what is alike: classes with their code, modules with their
attributes and tensors, what is given, and what names outside of it stand for.
"""

import enum
import functools
import sys
import types
from collections import OrderedDict

from . import trace
from .sizes import Scalar, SymInt

#: Numbers for what calls depend on: what is alike has the same one.
_numbers = {}
_most_numbers = 50_000
#: What is known by its identity.
_alive = {}
#: Of this run: numbers of classes, and of modules' attributes.
_classes = {}
_modules = {}
#: Whether a class is the file's, and that alone, and the words of code by its identity.
_own = {}
_alone = {}
_words = {}
#: Of this forward: names outside of code, with the values that they had and the keys of these, which nothing can change.
_steady = {}
#: Classes whose number was made again since a call ended; None when that is not asked for.
_anew = {None}
#: Attributes of a module that its forward does not see.
INSIDE = {"_number", "_defined", "_entered", "_left", "_given", "_parameters", "_buffers", "_modules",
          "_non_persistent_buffers_set", "training"}
_SIMPLE = {type(None), bool, int, str, float}
_CHANGING = (list, dict, set, OrderedDict, types.SimpleNamespace)
_HOOKS = ("_before", "_after", "_recomputed", "_materialize")
FIELDS = {"_id", "_dtype", "_shape", "_typed", "_init", "requires_grad", "grad_fn"}
_UNSAID = {"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__annotate__",
           "__annotate_func__", "__static_attributes__", "__firstlineno__", "__orig_bases__", "__parameters__",
           "__abstractmethods__", "_abc_impl", "__annotations_cache__", "__dataclass_params__", "__match_args__"}
_PURE = {"torch", "math", "typing", "functools", "itertools", "einops", "numpy", "collections", "warnings", "copy",
         "operator", "dataclasses", "enum", "abc", "types", "timm", "torchvision", "builtins", "string", "re", "tqdm",
         "typing_extensions", "packaging", "_vitrine"}
#: Who says one of these may read attributes that are not spelt.
_UNSPELT = {"getattr", "attrgetter", "methodcaller", "__getattribute__", "__getstate__", "__reduce__", "__reduce_ex__",
            "pickle"}


class Unlike(Exception):
    """What a call depends on cannot be told."""


def forget(entirely=False):
    """What classes and modules of one file are is nothing to the next; `entirely`, what is alike gets new numbers, too."""
    for kept in (_classes, _modules, _own, _alone, _steady, *((_numbers, _alive, _words) if entirely else ())):
        kept.clear()


def is_full():
    return len(_numbers) > _most_numbers


def fresh(told=()):
    """Another forward begins; `told` is what `told` gave of modules that are now as they were then."""
    _modules.clear()
    _steady.clear()
    same = {}
    for found in told:
        for cls, number in found.classes.items():
            if cls not in same:
                same[cls] = _is(cls, number)
        if all([same[cls] for cls in found.classes]):
            found.changes = trace.changes
            _modules[found.modules[0]._number] = found


def told(begun):
    """What was told of modules when so many had been changed, of those that nothing can change without a word."""
    return [found for found in _modules.values() if found.simple and found.changes == begun]


def _is(cls, number):
    """Whether a class is what had this number."""
    try:
        return class_number(cls) == number
    except Unlike:
        return False


def classes_hold():
    """Whether the classes still are what they were when they were asked for."""
    before = dict(_classes)
    _classes.clear()
    return all([_is(cls, number) if number >= 0 else not _is_told(cls) for cls, number in before.items()])


def _is_told(cls):
    try:
        class_number(cls)
    except Unlike:
        return False
    return True


def again(seen, module, outside):
    """
    What a module is after a call, where it was `seen` before and names `outside` of it were asked for: the classes are
    looked at anew. Raises Unlike where the call has changed any of them.
    """
    _anew.clear()
    try:
        if seen.changes != trace.changes:
            _modules.clear()
            seen = module_of(module)
        else:
            # Nothing was set on a module, and no list or object is held that changes without a word.
            for cls in {type(m) for m in seen.modules}:
                before = _classes[cls]
                if class_number(cls) != before:
                    raise Unlike
        if not holds(outside):
            raise Unlike
        return seen
    finally:
        _anew.add(None)


def refuses(module):
    """The number of a module's class, by which its kind may be left alone."""
    return _classes[type(module)]


def number(key):
    return _numbers.setdefault(key, len(_numbers))


def _same(value):
    """The identity of what has no better name; the hash of code goes through all of its instructions."""
    _alive[id(value)] = value
    return id(value)


# What a call depends on, as keys that are equal for what is alike


def plain(value, depth=0):
    kind = type(value)
    if value is None or kind in (bool, int, str, bytes, float, complex) or issubclass(kind, Scalar):
        return kind, value
    if depth > 6:
        raise Unlike
    if kind in (list, tuple, set, frozenset) or issubclass(kind, tuple):
        return kind if kind.__module__ in _PURE else kind.__qualname__, tuple([plain(v, depth + 1) for v in value])
    if kind in (dict, OrderedDict) or issubclass(kind, dict):
        own = () if kind in (dict, OrderedDict) else _object(value, depth)
        return kind.__qualname__, tuple([(plain(k, depth + 1), plain(v, depth + 1)) for k, v in value.items()]), own
    if isinstance(value, types.ModuleType):
        # Asked for what it has not, a module of ours looks for what was meant.
        if _is_pure(value.__name__) or trace.is_own_module(value):
            return "module", value.__name__
        raise Unlike
    if kind is SymInt:
        return "size", value._expression
    if isinstance(value, type):
        return "class", class_number(value)
    if isinstance(value, enum.Enum):
        return kind.__qualname__, value.name
    if kind is types.FunctionType:
        return _function(value, depth)
    if kind is types.MethodType:
        return "method", plain(value.__func__, depth + 1), plain(value.__self__, depth + 1)
    if kind is types.BuiltinFunctionType:
        if isinstance(value.__self__, types.ModuleType) and _is_pure(value.__self__.__name__):
            return "builtin", _same(value)
        raise Unlike
    if kind is functools.partial:
        return "partial", plain(value.func, depth + 1), plain(value.args, depth + 1), plain(value.keywords, depth + 1)
    if kind is slice:
        return "slice", plain(value.start), plain(value.stop), plain(value.step)
    if kind.__module__.startswith("torch") and kind.__name__ in ("dtype", "device", "TrainingFlag"):
        return kind.__name__, str(value)
    if kind.__module__ == "torch" or kind.__module__.startswith("torch."):
        if callable(value) and not hasattr(kind, "named_modules"):
            return "torch", _same(value)
        raise Unlike
    if kind is types.SimpleNamespace or _is_own(kind) and not hasattr(value, "_modules"):
        return "object", kind.__qualname__, class_number(kind), _object(value, depth)
    raise Unlike


def _object(value, depth):
    return tuple([(k, plain(v, depth + 1)) for k, v in getattr(value, "__dict__", {}).items()])


def _is_pure(module):
    return module.partition(".")[0] in _PURE


def _is_own(kind):
    own = _own.get(kind)
    if own is None:
        own = _own[kind] = trace.is_own_module(sys.modules.get(kind.__module__))
    return own


def _function(value, depth=0):
    code = value.__code__
    if code.co_filename == "<string>":
        # What dataclasses and named tuples write is written anew in each run.
        constants = [c for c in code.co_consts if not isinstance(c, types.CodeType)]
        if len(constants) < len(code.co_consts) or depth > 6:
            raise Unlike
        return "written", code.co_name, code.co_code, code.co_names, plain(constants), _unchanging(value.__defaults__)
    if not code.co_filename.startswith(trace.WORKSPACE):
        wrapped = value.__dict__.get("__wrapped__")
        if wrapped is not None and depth < 6:
            # A decorator of ours or of Python's around a function of the file.
            return "around", _same(code), plain(wrapped, depth + 1), _cells(value, depth)
        if not _is_pure(value.__module__ or ""):
            raise Unlike
        return "function", _same(value)
    if set(value.__dict__) - {"__wrapped__"}:
        raise Unlike
    return ("function", _same(code), _unchanging(value.__defaults__), _unchanging(value.__kwdefaults__),
            _cells(value, depth))


def _cells(value, depth):
    out = []
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or ()):
        if name == "__class__":
            continue
        try:
            out.append((name, plain(cell.cell_contents, depth + 1)))
        except ValueError:
            raise Unlike from None
    return tuple(out)


def _unchanging(value):
    """Defaults: those that a call may change are seen by the next one."""
    for v in (value or {}).values() if isinstance(value, dict) else value or ():
        if isinstance(v, (list, dict, set)) and v:
            raise Unlike
    return plain(value)


def class_number(cls):
    """The number of a class: of the code of its methods and the values of its attributes, and of what it derives from."""
    known = _classes.get(cls)
    if None not in _anew and cls not in _anew:
        # Whether a call has changed it is to be seen.
        _anew.add(cls)
        known = None
    if known is None:
        _classes[cls] = -1
        try:
            known = number(("class", *[
                (base.__qualname__, tuple([
                    (name, _member(v)) for name, v in base.__dict__.items() if name not in _UNSAID
                ])) if _is_own(base) else _same(base)
                for base in cls.__mro__
            ]))
        except Unlike:
            known = -1
        _classes[cls] = known
    if known < 0:
        raise Unlike
    return known


def _member(value):
    if isinstance(value, (staticmethod, classmethod)):
        return type(value), plain(value.__func__)
    if isinstance(value, property):
        return property, *[plain(f) for f in (value.fget, value.fset, value.fdel)]
    if isinstance(value, (types.MemberDescriptorType, types.GetSetDescriptorType)):
        return "slot"
    if isinstance(value, (list, dict, set)) and value:
        # A call may change it, and it is told but once a run.
        if not isinstance(value, dict) or not all(type(v).__name__ == "Field" for v in value.values()):
            raise Unlike
        return "fields", tuple(value)
    return plain(value)


def _tensor(t):
    fields = t.__dict__
    extra = () if fields.keys() <= FIELDS else tuple([
        (k, plain(v)) for k, v in fields.items() if k not in FIELDS and k != "persistent"
    ])
    init = t._init
    return (type(t).__name__, t._typed or t._kind_of_type(), t.requires_grad, init and init["kind"], extra)


class Seen:
    """What a module is to its forward: a number for it, its tensors, and all modules from it down."""

    __slots__ = ("number", "tensors", "modules", "changes", "classes", "simple", "loose")


def module_of(m):
    known = _modules.get(m._number)
    if known is not None and known.changes == trace.changes:
        return known
    from torch._tensor import Tensor
    from torch.nn import Module

    own = m.__dict__
    for hook in _HOOKS:
        if own.get(hook):
            raise Unlike
    found = Seen()
    found.changes = trace.changes
    found.tensors, found.modules = tensors, modules = [], [m]
    cls = class_number(type(m))
    found.classes = {type(m): cls}
    fields = []
    found.loose = loose = []
    own_alone = _is_own_alone(type(m))
    steady = simple = True
    for name, value in own.items():
        if name in INSIDE:
            continue
        if isinstance(value, Tensor):
            tensors.append(value)
            value = _tensor(value)
        elif isinstance(value, Module):
            raise Unlike
        else:
            steady = steady and type(value) not in _CHANGING and not _is_own(type(value))
            kind = type(value)
            if kind in _SIMPLE:
                if own_alone:
                    # It counts where code that ran spells its name.
                    loose.append((0, name, kind, value))
                    kind = value = None
                value = kind, value
            else:
                simple = simple and isinstance(value, Scalar)
                value = plain(value)
        fields.append((name, value))
    for held in (own["_parameters"], own["_buffers"]):
        for name, t in held.items():
            if t is not None:
                tensors.append(t)
                t = _tensor(t)
            fields.append((name, t))
        fields.append(None)
    for name, child in own["_modules"].items():
        if child is not None:
            below = module_of(child)
            tensors += below.tensors
            loose += [(i + len(modules), name, kind, value) for i, name, kind, value in below.loose]
            modules += below.modules
            found.classes.update(below.classes)
            simple = simple and below.simple
            child = below.number
            steady = steady and below.changes is not None
        fields.append((name, child))
    found.number = number((cls, tuple(fields)))
    found.simple = simple
    if not steady:
        # A list or an object may change without a word.
        found.changes = None
    _modules[m._number] = found
    return found


def _is_own_alone(cls):
    """Whether no code but the file's knows attributes of a class: it derives from nn.Module and classes of the file."""
    known = _alone.get(cls)
    if known is None:
        known = _alone[cls] = all([
            _is_own(base) or base is object or base.__module__ == "torch.nn._module" and base.__name__ == "Module"
            for base in cls.__mro__
        ])
    return known


def spelt(loose, codes):
    """Of attributes those whose names stand in code that ran, or in what that code holds."""
    if not loose:
        return loose
    words = set()
    for code in codes.values():
        known = _words.get(id(code))
        if known is None:
            known = _words[id(code)] = code, _words_of(code, set())
        words |= known[1]
    return loose if words & _UNSPELT else [entry for entry in loose if entry[1] in words]


def _words_of(value, found):
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, (tuple, frozenset)):
        for v in value:
            _words_of(v, found)
    elif isinstance(value, types.CodeType):
        found.update(value.co_names)
        for v in value.co_consts:
            _words_of(v, found)
    return found


def given_as(value, tensors, depth=0):
    """What a call is given; its tensors go to `tensors`."""
    from torch._tensor import Tensor

    if isinstance(value, Tensor):
        if type(value) is not Tensor and value._init is None or "_cut_id" in value.__dict__ or value._id is None:
            raise Unlike
        tensors.append(value)
        return _tensor(value)
    if type(value) in (list, tuple) and depth < 4:
        return type(value), tuple([given_as(v, tensors, depth + 1) for v in value])
    if type(value) is dict and depth < 4:
        return dict, tuple([(k, given_as(v, tensors, depth + 1)) for k, v in value.items()])
    return plain(value)


def pattern(ids):
    """Which of them are the same one."""
    seen = {}
    return tuple([seen.setdefault(x, i) for i, x in enumerate(ids)])


def outside_of(code, names, found):
    """What code asks names outside of it for: (module, name) -> key."""
    home = names.get("__name__")
    if getattr(sys.modules.get(home), "__dict__", None) is not names:
        raise Unlike

    def look(home, names):
        for name in code.co_names:
            if name not in names or (home, name) in found:
                continue
            value = names[name]
            found[home, name] = plain(value)
            if isinstance(value, types.ModuleType) and not _is_pure(value.__name__):
                look(value.__name__, value.__dict__)

    look(home, names)


def holds(outside):
    """Whether names outside of code still stand for what they did."""
    home = held = None
    for asked, key in outside.items():
        module, name = asked
        if module != home:
            home, held = module, getattr(sys.modules.get(module), "__dict__", {})
        if name not in held:
            return False
        value = held[name]
        known = _steady.get(asked)
        if known is None or known[0] is not value:
            try:
                known = value, plain(value)
            except Unlike:
                return False
            if _is_steady(value):
                _steady[asked] = known
        if known[1] != key:
            return False
    return True


def _is_steady(value):
    """Whether a value is what it is for as long as a forward lasts, so far as only its own parts could change it."""
    kind = type(value)
    if kind is types.FunctionType:
        defaults = *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()
        return not value.__closure__ and not value.__dict__ and all([type(v) in _SIMPLE for v in defaults])
    return kind is types.BuiltinFunctionType or isinstance(value, types.ModuleType)

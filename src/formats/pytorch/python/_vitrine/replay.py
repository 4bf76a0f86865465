"""
Calls of blocks that are like calls before: what the forward of a block drew is drawn again for another block, or for the
same one after an edit elsewhere in the file, without running it.

A call is like another when all that it can depend on is alike: the code of the classes, the attributes of the modules
below the block, the types of the tensors and whatever else it is given, and every name outside of it that the code which
ran has asked for. A call that changes any of these, or that asks for what is not seen here, is run every time.
"""

import enum
import functools
import sys
import types
from collections import OrderedDict

from . import channel, trace
from .sizes import Scalar, SymInt

#: Calls that were drawn, by what they depended on.
_templates = {}
#: Of these, how many values they have in all, and how many they may have.
_size = 0
_most = 400_000
_most_alone = 30
#: So many calls are kept that differ in what code spells alone: the blocks of a stack that know their numbers.
_most_alike = 128
_count = 0
#: Numbers for what calls depend on: what is alike has the same one.
_numbers = {}
_most_numbers = 50_000
#: Calls that are being drawn for the first time, outermost first.
drawing = []
#: Whether calls are replayed in the forward that runs now, and whether one was.
on = replayed = False
wanted = True
#: How often modules had been changed when it began.
_begun = 0
#: Codes that tell when they run, by identity, with whether they leave alone what is not theirs.
_codes = {}
#: What is known by its identity.
_alive = {}
_IS_FUNCTION = 2
#: Kinds of modules that are not worth it or not to be replayed, by the number of their class.
_refused = set()
#: Of this run: numbers of classes, and of modules' attributes.
_classes = {}
_modules = {}
#: Whether a class is the file's, and that alone, and the words of code by its identity.
_own = {}
_alone = {}
_words = {}
#: Classes whose number was made again since a call ended; None when that is not asked for.
_anew = {None}
#: Attributes of a module that its forward does not see.
INSIDE = {"_number", "_defined", "_entered", "_left", "_given", "_parameters", "_buffers", "_modules",
          "_non_persistent_buffers_set", "training"}
_SIMPLE = {type(None), bool, int, str, float}
_CHANGING = (list, dict, set, OrderedDict, types.SimpleNamespace)
_HOOKS = ("_before", "_after", "_recomputed", "_materialize")
_FIELDS = {"_id", "_dtype", "_shape", "_typed", "_init", "requires_grad", "grad_fn"}
_UNSAID = {"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__annotate__",
           "__annotate_func__", "__static_attributes__", "__firstlineno__", "__orig_bases__", "__parameters__",
           "__abstractmethods__", "_abc_impl", "__annotations_cache__", "__dataclass_params__", "__match_args__"}
_PURE = {"torch", "math", "typing", "functools", "itertools", "einops", "numpy", "collections", "warnings", "copy",
         "operator", "dataclasses", "enum", "abc", "types", "timm", "torchvision", "builtins", "string", "re", "tqdm",
         "typing_extensions", "packaging", "_vitrine"}
_REACHING = {"globals", "locals", "vars", "exec", "eval", "__import__", "open", "input", "__dict__", "_buffers",
             "_parameters", "_modules", "register_forward_hook", "register_forward_pre_hook", "f_locals", "f_globals",
             "f_back", "__subclasses__", "_getframe", "__closure__", "__code__", "__defaults__"}
#: Who says one of these may read attributes that are not spelt.
_UNSPELT = {"getattr", "attrgetter", "methodcaller", "__getattribute__", "__getstate__", "__reduce__", "__reduce_ex__", "pickle"}
_STORES = {op for name, op in __import__("dis").opmap.items() if name in ("STORE_GLOBAL", "DELETE_GLOBAL")}
_TOOL = 4
_MONITORING = sys.monitoring


class Unlike(Exception):
    """What a call depends on cannot be told."""


def forget():
    """What classes and modules of one file are is nothing to the next."""
    global on, _size
    on = False
    drawing.clear()
    _classes.clear()
    _modules.clear()
    _own.clear()
    _alone.clear()
    if len(_numbers) > _most_numbers or _size > _most or len(_codes) > _most_numbers:
        for kept in (_numbers, _templates, _refused, _codes, _alive, _words):
            kept.clear()
        _size = 0
        channel.ask("forget")


def fresh(well=True, told=()):
    """Another forward begins; `told` is what `told` gave of modules that are now as they were then."""
    global on, replayed, _begun
    on = well and wanted
    _begun = trace.changes
    replayed = False
    drawing.clear()
    _modules.clear()
    same = {}
    for found in told:
        for cls, number in found.classes.items():
            if cls not in same:
                same[cls] = _is(cls, number)
        if all([same[cls] for cls in found.classes]):
            found.changes = trace.changes
            _modules[found.modules[0]._number] = found


def told():
    """What was told of modules of the last forward as it began, of those that nothing can change without a word."""
    return [found for found in _modules.values() if found.simple and found.changes == _begun]


def _is(cls, number):
    """Whether a class is what had this number."""
    try:
        return _class(cls) == number
    except Unlike:
        return False


def held():
    """Whether the classes still are what they were for those calls of this forward that were not run."""
    if not replayed:
        return True
    before = dict(_classes)
    _classes.clear()
    for cls, number in before.items():
        try:
            now = _class(cls)
        except Unlike:
            now = -1
        if now != number:
            return False
    return True


def watch(code):
    """Has code tell when it runs."""
    if id(code) in _codes:
        return
    if not _MONITORING.get_tool(_TOOL):
        _MONITORING.use_tool_id(_TOOL, "vitrine")
        _MONITORING.register_callback(_TOOL, _MONITORING.events.PY_START, _ran)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            watch(constant)
    if code.co_flags & _IS_FUNCTION:
        # What stands at the top of a file or class runs before any forward.
        _MONITORING.set_local_events(_TOOL, code, _MONITORING.events.PY_START)
    _codes[id(code)] = code, not (_STORES & set(code.co_code[::2]) or _REACHING & set(code.co_names))


def _ran(code, _):
    global on
    if trace.ran is not None:
        trace.ran[id(code)] = code
    if not trace.tracing:
        return
    if code.co_name == "forward" and trace.calls:
        _called_by_itself(code, sys._getframe(1).f_locals)
    if drawing and id(code) not in drawing[-1].codes:
        # Before it runs: afterwards it may have changed what it asks for.
        drawing[-1].codes[id(code)] = code
        try:
            _outside(code, sys._getframe(1).f_globals, drawing[-1].outside)
        except Unlike:
            trace.refused += 1
    known = _codes.get(id(code))
    if known is None or not known[1]:
        # It may change what others depend on.
        trace.refused += 1
        on = False


def _called_by_itself(code, given):
    """`self.part.forward(x)` in place of `self.part(x)`: it tells the part's shapes as well."""
    from torch._tensor import Tensor

    names = code.co_varnames[: code.co_argcount]
    module = given.get(names[0]) if names else None
    if module is None or module is trace.calls[-1] or not (type(module) in trace.classes or drawing):
        return
    if not hasattr(type(module), "named_modules") or not is_first(type(module)):
        return
    values = [given.get(name) for name in names[1:]]
    while values and values[-1] is None:
        # What may be left out.
        values.pop()
    if values and all([isinstance(v, Tensor) for v in values]):
        called(module, values)


def _number(key):
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
        return "class", _class(value)
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
        return "object", kind.__qualname__, _class(kind), _object(value, depth)
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


def _class(cls):
    """The number of a class: of the code of its methods and the values of its attributes, and of what it derives from."""
    known = _classes.get(cls)
    if None not in _anew and cls not in _anew:
        # Whether a call has changed it is to be seen.
        _anew.add(cls)
        known = None
    if known is None:
        _classes[cls] = -1
        try:
            known = _number(("class", *[
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
    extra = tuple([(k, plain(v)) for k, v in t.__dict__.items() if k not in _FIELDS and k != "persistent"])
    init = t._init
    return (type(t).__name__, t._typed or t._kind_of_type(), t.requires_grad, init and init["kind"], extra)


class _Module:
    """What a module is to its forward: a number for it, its tensors, and all modules from it down."""

    __slots__ = ("number", "tensors", "modules", "changes", "classes", "simple", "loose")


def _module(m):
    known = _modules.get(m._number)
    if known is not None and known.changes == trace.changes:
        return known
    from torch._tensor import Tensor
    from torch.nn import Module

    own = m.__dict__
    for hook in _HOOKS:
        if own.get(hook):
            raise Unlike
    found = _Module()
    found.changes = trace.changes
    found.tensors, found.modules = tensors, modules = [], [m]
    found.classes = {type(m): _class(type(m))}
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
            below = _module(child)
            tensors += below.tensors
            loose += [(i + len(modules), name, kind, value) for i, name, kind, value in below.loose]
            modules += below.modules
            found.classes.update(below.classes)
            simple = simple and below.simple
            child = below.number
            steady = steady and below.changes is not None
        fields.append((name, child))
    found.number = _number((_class(type(m)), tuple(fields)))
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


def _spelt(loose, codes):
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


def _given(value, tensors, depth=0):
    """What a call is given; its tensors go to `tensors`."""
    from torch._tensor import Tensor

    if isinstance(value, Tensor):
        if type(value) is not Tensor and value._init is None or "_cut_id" in value.__dict__ or value._id is None:
            raise Unlike
        tensors.append(value)
        return _tensor(value)
    if type(value) in (list, tuple) and depth < 4:
        return type(value), tuple([_given(v, tensors, depth + 1) for v in value])
    if type(value) is dict and depth < 4:
        return dict, tuple([(k, _given(v, tensors, depth + 1)) for k, v in value.items()])
    return plain(value)


def _pattern(ids):
    """Which of them are the same one."""
    seen = {}
    return tuple([seen.setdefault(x, i) for i, x in enumerate(ids)])


def _outside(code, names, found):
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


def _holds(outside):
    for (module, name), key in outside.items():
        held = getattr(sys.modules.get(module), "__dict__", ())
        try:
            if name not in held or plain(held[name]) != key:
                return False
        except Unlike:
            return False
    return True


class Drawing:
    """A call that is drawn for the first time."""

    def __init__(self, module, key, seen, what, given):
        self.module, self.key, self.seen, self.what, self.given = module, key, seen, what, given
        own = self.own = seen.tensors
        self.codes = {}
        self.outside = {}
        self.said = []
        self.entered = {}
        self.refused = trace.refused
        self.consulted = trace.consulted
        self.ids = [t._id for t in given]
        self.fields = [dict(t.__dict__) for t in (*given, *own)]
        self.parent = drawing[-1] if drawing else None
        self.first = channel.later("draw", values=0)
        drawing.append(self)

    def abandon(self):
        """It failed, or it is not to be kept."""
        if self in drawing:
            del drawing[drawing.index(self):]
            channel.later("drawn", None, [], [], values=0)

    def end(self, result):
        """Keeps what was drawn, if it is all that the call did."""
        global _count, _size
        if not drawing or drawing[-1] is not self:
            return
        drawing.pop()
        if self.parent is not None:
            for key, known in self.codes.items():
                self.parent.codes.setdefault(key, known)
            for key, known in self.outside.items():
                self.parent.outside.setdefault(key, known)
            self.parent.said += self.said
            for cls, shapes in self.entered.items():
                self.parent.entered.setdefault(cls, shapes)
        size = channel.next_value() - self.first
        well = False
        try:
            if size < 4:
                _refused.add(_classes[type(self.module)])
            elif trace.refused == self.refused:
                kept = self._kept(result)
                well = True
        except Unlike:
            _refused.add(_classes[type(self.module)])
        if not well:
            channel.later("drawn", None, [], [], values=0)
            return
        _count += 1
        kept.number = _count
        kept.size = size
        _size += size
        outer = [t._id for t in (*self.given, *self.own)]
        channel.later("drawn", _count, outer, [m._number for m in self.seen.modules], values=0)
        alike = _templates.setdefault(self.key, [])
        alike.append(kept)
        if len(alike) > _most_alike:
            del alike[0]

    def _kept(self, result):
        for t, before in zip((*self.given, *self.own), self.fields):
            now = t.__dict__
            if now.keys() - {"_typed"} != before.keys() - {"_typed"}:
                raise Unlike
            for k, v in before.items():
                if now[k] is not v and k != "_typed":
                    raise Unlike
        arguments, options, what = self.what
        now = []
        if (_given(arguments, now), _given(options, now)) != what or [t._id for t in now] != self.ids:
            raise Unlike
        _anew.clear()
        try:
            if self.seen.changes == trace.changes:
                # Nothing was set on a module, and no list or object is held that changes without a word.
                after = self.seen
                for cls in {type(m) for m in after.modules}:
                    before = _classes[cls]
                    if _class(cls) != before:
                        raise Unlike
            else:
                _modules.clear()
                after = _module(self.module)
            if not _holds(self.outside):
                raise Unlike
        finally:
            _anew.add(None)
        if after.number != self.seen.number or after.loose != self.seen.loose or [t._id for t in after.tensors] != [t._id for t in self.own]:
            raise Unlike
        kept = Template()
        kept.outside = self.outside
        kept.codes = self.codes
        kept.loose = _spelt(self.seen.loose, self.codes)
        kept.said = self.said
        outer = {}
        for i, t in enumerate((*self.given, *self.own)):
            outer.setdefault(t._id, -1 - i)
        stop = channel.next_value()

        def inside(i):
            if self.first <= i < stop:
                return i - self.first
            if i not in outer:
                raise Unlike
            return outer[i]

        kept.notes = [
            (i, [inside(n) for n in m._entered], [inside(n) for n in m._left])
            for i, m in enumerate(self.seen.modules) if i and (m._entered or m._left)
        ]
        places = {id(m): i for i, m in enumerate(self.seen.modules)}
        kept.entered = []
        for m, shapes in self.entered.values():
            if id(m) not in places:
                raise Unlike
            kept.entered.append((places[id(m)], shapes))
        kept.asked = trace.asked
        kept.consulted = trace.consulted - self.consulted
        made = {}
        kept.result = self._result(result, {id(t): i for i, t in enumerate((*self.given, *self.own))}, made, stop)
        return kept

    def _result(self, value, known, made, stop, depth=0):
        from torch._tensor import Tensor

        if isinstance(value, Tensor):
            if id(value) in known:
                return "known", known[id(value)]
            if id(value) in made:
                return "again", made[id(value)]
            if type(value) is not Tensor or set(value.__dict__) - _FIELDS or value._init is not None or not (
                self.first <= value._id < stop
            ):
                raise Unlike
            made[id(value)] = len(made)
            fields = dict(value.__dict__)
            del fields["_id"]
            return "made", value._id - self.first, fields
        if type(value) in (list, tuple) and depth < 4:
            return "held", type(value), [self._result(v, known, made, stop, depth + 1) for v in value]
        if type(value) is dict and depth < 4:
            return "dict", [(k, self._result(v, known, made, stop, depth + 1)) for k, v in value.items()]
        if value is None or type(value) in (bool, int, float, str):
            return "plain", value
        raise Unlike


class Template:
    """What a call drew, told apart from what it was given."""

    def __init__(self):
        self.known = None

    def fits(self, modules):
        """Whether attributes that its code spells are what they were."""
        for i, name, kind, value in self.loose:
            now = modules[i].__dict__.get(name)
            if type(now) is not kind or now != value:
                return False
        return True

    def ready(self):
        """Whether the other side kept it, too: a call that used more than it was given is not kept."""
        if self.known is None:
            self.known = channel.ask("drawn", number=self.number)["kept"]
        return self.known

    def again(self, module, seen, given):
        global replayed
        from torch._tensor import Tensor

        replayed = True
        known = [*given, *seen.tensors]
        ids = [t._id for t in known]
        first = channel.later("again", self.number, ids, [m._number for m in seen.modules], values=self.size)
        for i, entered, left in self.notes:
            own = seen.modules[i].__dict__
            for held, values in ((own["_entered"], entered), (own["_left"], left)):
                for v in values:
                    n = first + v if v >= 0 else ids[-1 - v]
                    if n not in held and len(held) < 1000:
                        held.append(n)
        for i, shapes in self.entered:
            _entered(seen.modules[i], shapes)
        for found in self.said:
            trace.say(*found)
        trace.asked += self.asked
        trace.consulted += self.consulted
        if trace.ran is not None:
            trace.ran.update(self.codes)
        if drawing:
            outer = drawing[-1]
            outer.codes.update({k: v for k, v in self.codes.items() if k not in outer.codes})
            outer.outside.update({k: v for k, v in self.outside.items() if k not in outer.outside})
        made = []

        def build(spec):
            kind = spec[0]
            if kind == "made":
                t = object.__new__(Tensor)
                t.__dict__.update(spec[2])
                t._id = first + spec[1]
                made.append(t)
                return t
            if kind == "known":
                return known[spec[1]]
            if kind == "again":
                return made[spec[1]]
            if kind == "held":
                return spec[1]([build(s) for s in spec[2]])
            if kind == "dict":
                return {k: build(s) for k, s in spec[1]}
            return spec[1]

        return build(self.result)


def called(module, tensors):
    """A class of the file is called with tensors, as part of what is drawn."""
    _entered(module, [(tuple(getattr(d, "_expression", d) for d in t.shape), t.dtype.name) for t in tensors])


def _entered(module, shapes):
    cls = type(module)
    if drawing:
        drawing[-1].entered.setdefault(cls, (module, shapes))
    if cls in trace.classes:
        trace.entering.setdefault(cls, shapes)


def is_first(cls):
    """Whether a call of a class is the first one, of the forward or of what is drawn."""
    return cls not in trace.entering or bool(drawing) and cls not in drawing[-1].entered


class Again:
    """The result of a call that was not run."""

    __slots__ = ("result",)

    def __init__(self, result):
        self.result = result


def call(module, arguments, options):
    """Before a call: what it gives if it need not run, what will keep it if it is drawn now, or None."""
    if not on or trace.without_gradient or trace.counting or trace.learning or trace.known is not None or trace.journal is not None:
        return None
    forward = getattr(type(module).forward, "__wrapped__", type(module).forward)
    code = getattr(forward, "__code__", None)
    if code is None or not code.co_filename.startswith(trace.WORKSPACE):
        return None
    try:
        cls = _class(type(module))
        if cls in _refused:
            return None
        seen = _module(module)
        given = []
        what = _given(arguments, given), _given(options, given)
        tensors = [*given, *seen.tensors]
        key = _number((seen.number, what, _pattern([t._id for t in tensors]), _pattern(map(id, seen.modules))))
        for t in tensors:
            if t._id not in channel.alive:
                return None
    except Unlike:
        return None
    for kept in _templates.get(key, ()):
        if kept.fits(seen.modules) and _holds(kept.outside) and kept.ready():
            return Again(kept.again(module, seen, given))
    if not trace.calls and len(seen.modules) > _most_alone:
        # A whole model is no part of another, and the edit is mostly in it.
        return None
    return Drawing(module, key, seen, (arguments, options, what), given)


def _hear(*found):
    if drawing:
        drawing[-1].said.append(found)


trace.heard = _hear

"""
Calls of blocks that are like calls before: what the forward of a block drew is drawn again for another block, or for the
same one after an edit elsewhere in the file, without running it.

A call is like another when all that it can depend on is alike: the code of the classes, the attributes of the modules
below the block, the types of the tensors and whatever else it is given, and every name outside of it that the code which
ran has asked for. A call that changes any of these, or that asks for what is not seen here, is run every time.
"""

import sys
import types

from . import channel, journals, likeness, trace
from .likeness import FIELDS, Unlike

#: Calls that were drawn, by what they depended on.
_templates = {}
#: Of these, how many values they have in all, and how many they may have.
_size = 0
_most = 400_000
_most_alone = 30
#: So many calls are kept that differ in what code spells alone: the blocks of a stack that know their numbers.
_most_alike = 128
_count = 0
_most_codes = 50_000
#: Calls that are being drawn for the first time, outermost first.
drawing = []
#: Whether calls are replayed in the forward that runs now, and whether one was.
on = replayed = False
wanted = True
#: How often modules had been changed when it began.
_begun = 0
#: Codes that tell when they run, by identity, with whether they leave alone what is not theirs.
_codes = {}
_IS_FUNCTION = 2
#: Kinds of modules that are not worth it or not to be replayed, by the number of their class.
_refused = set()
_REACHING = {"globals", "locals", "vars", "exec", "eval", "__import__", "open", "input", "__dict__", "_buffers",
             "_parameters", "_modules", "register_forward_hook", "register_forward_pre_hook", "f_locals", "f_globals",
             "f_back", "__subclasses__", "_getframe", "__closure__", "__code__", "__defaults__", "__setattr__", "__delattr__"}
_STORES = {op for name, op in __import__("dis").opmap.items() if name in ("STORE_GLOBAL", "DELETE_GLOBAL")}
_TOOL = 4
_MONITORING = sys.monitoring


def forget():
    """What classes and modules of one file are is nothing to the next."""
    global on, _size
    on = False
    drawing.clear()
    entirely = likeness.is_full() or _size > _most or len(_codes) > _most_codes
    likeness.forget(entirely)
    if entirely:
        for kept in (_templates, _refused, _codes):
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
    likeness.fresh(told)


def told():
    """What was told of modules of the last forward as it began, of those that nothing can change without a word."""
    return likeness.told(_begun)


def held():
    """Whether the classes still are what they were for those calls of this forward that were not run."""
    return not replayed or likeness.classes_hold()


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
            likeness.outside_of(code, sys._getframe(1).f_globals, drawing[-1].outside)
        except Unlike:
            trace.refused += 1
    known = _codes.get(id(code))
    if known is None or not known[1]:
        # It may change what others depend on.
        trace.refused += 1
        trace.reached += 1
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
        #: Where what it emits begins in the journal, while one is kept.
        self.journal = None if trace.journal is None else len(trace.journal)
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
                _refused.add(likeness.refuses(self.module))
            elif trace.refused == self.refused:
                kept = self._kept(result)
                well = True
        except Unlike:
            _refused.add(likeness.refuses(self.module))
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
        changed = (likeness.given_as(arguments, now), likeness.given_as(options, now)) != what
        if changed or [t._id for t in now] != self.ids:
            raise Unlike
        after = likeness.again(self.seen, self.module, self.outside)
        if after.number != self.seen.number or after.loose != self.seen.loose:
            raise Unlike
        if [t._id for t in after.tensors] != [t._id for t in self.own]:
            raise Unlike
        kept = Template()
        kept.outside = self.outside
        kept.codes = self.codes
        kept.loose = likeness.spelt(self.seen.loose, self.codes)
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
        if self.journal is not None:
            kept.journal = journals.Kept(trace.journal[self.journal :], inside)
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
            if type(value) is not Tensor or set(value.__dict__) - FIELDS or value._init is not None or not (
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
        #: What it emitted, where a journal was kept.
        self.journal = None

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
        """Draws it again for what it is given now; its result."""
        known = [*given, *seen.tensors]
        ids = [t._id for t in known]
        first = channel.later("again", self.number, ids, [m._number for m in seen.modules], values=self.size)
        if trace.journal is not None:
            trace.journal.append(journals.Again(self.journal, first, ids))
        return self._told(seen, known, ids, range(first, first + self.size))

    def found(self, seen, given):
        """
        While the training branch runs: its result, if all that it would emit has been emitted for evaluation; else None.
        """
        if self.consulted or self.journal is None or self.journal.count != self.size:
            return None
        known = [*given, *seen.tensors]
        ids = [t._id for t in known]
        values = self.journal.found(trace.known, ids)
        return None if values is None else Again(self._told(seen, known, ids, values))

    def _told(self, seen, known, ids, values):
        """Notes what a call with the tensors `known` tells, whose own values have the numbers `values`; its result."""
        global replayed
        from torch._tensor import Tensor

        replayed = True
        for i, entered, left in self.notes:
            own = seen.modules[i].__dict__
            for held, noted in ((own["_entered"], entered), (own["_left"], left)):
                for v in noted:
                    n = values[v] if v >= 0 else ids[-1 - v]
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
                t._id = values[spec[1]]
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
    if not on or trace.without_gradient:
        return None
    forward = getattr(type(module).forward, "__wrapped__", type(module).forward)
    code = getattr(forward, "__code__", None)
    if code is None or not code.co_filename.startswith(trace.WORKSPACE):
        return None
    try:
        cls = likeness.class_number(type(module))
        if cls in _refused:
            return None
        seen = likeness.module_of(module)
        given = []
        what = likeness.given_as(arguments, given), likeness.given_as(options, given)
        tensors = [*given, *seen.tensors]
        same = likeness.pattern([t._id for t in tensors]), likeness.pattern(map(id, seen.modules))
        # Where sizes are counted, they are other numbers.
        key = likeness.number((seen.number, what, *same, trace.counting))
        for t in tensors:
            if t._id not in channel.alive:
                return None
    except Unlike:
        return None
    for kept in _templates.get(key, ()):
        if (trace.journal is None or kept.journal is not None) and kept.fits(seen.modules) and likeness.holds(kept.outside):
            if trace.learning:
                again = kept.found(seen, given)
                if again is not None:
                    return again
            elif kept.ready():
                return Again(kept.again(module, seen, given))
    if trace.learning or not trace.calls and len(seen.modules) > _most_alone:
        # A whole model is no part of another, and the edit is mostly in it.
        return None
    return Drawing(module, key, seen, (arguments, options, what), given)


def _hear(*found):
    if drawing:
        drawing[-1].said.append(found)


trace.heard = _hear

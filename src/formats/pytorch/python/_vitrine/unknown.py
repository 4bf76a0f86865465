"""Stands in for what is not there: modules that are not installed, and parts of PyTorch that are not read yet."""

import contextlib
import dis
import importlib.abc
import importlib.machinery
import sys
import types
import weakref

from . import trace
from .names import NAMES
from .spelling import near


class _Kind(type):
    """Attributes of a stand-in class are stand-ins; it can be a base class, a decorator, a type hint, a call."""

    def __new__(mcls, name, bases, members, **options):
        plain = [b for b in bases if is_plain(b)]
        if plain:
            from . import foreign

            if any(foreign.is_module(b._vitrine_unknown, members) for b in plain):
                bases = foreign.standing_on(bases, members)
                return type(bases[0])(name, bases, members, **options)
        return super().__new__(mcls, name, bases, members)

    def __init__(cls, name, bases, members, **_):
        super().__init__(name, bases, members)

    def __getattr__(cls, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return make(f"{cls._vitrine_unknown}.{name}", cls._vitrine_torch)

    def __call__(cls, *arguments, **options):
        if cls.__dict__.get("_vitrine_plain"):
            return _called(cls, arguments, options)
        return super().__call__(*arguments, **options)

    def __instancecheck__(cls, instance):
        return False if cls.__dict__.get("_vitrine_plain") else type.__instancecheck__(cls, instance)

    def __iter__(cls):
        """As many unknown values as are wanted where it is unpacked, none where it is looped over."""
        name = cls._vitrine_unknown
        return iter([make(f"{name}[{i}]", cls._vitrine_torch) for i in range(_wanted(sys._getframe(1)))])

    def __or__(cls, other):
        return cls

    __ror__ = __or__

    def __getitem__(cls, key):
        return make(f"{cls._vitrine_unknown}.{key}", cls._vitrine_torch) if isinstance(key, str) else cls

    def __setitem__(cls, _, value):
        pass

    def __delitem__(cls, _):
        pass

    def __enter__(cls):
        return cls

    def __exit__(cls, *_):
        return False

    def __bool__(cls):
        return True

    def __len__(cls):
        return 0

    def __index__(cls):
        return example(cls)

    __int__ = __index__

    def __float__(cls):
        return float(example(cls))

    def __format__(cls, _):
        return cls._vitrine_unknown

    def __round__(cls, *_):
        return cls

    def _compare(cls, other):
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _compare


def _arithmetic(self, *_):
    return self


#: Numbers that stand for what only a run could tell, by what the name says it counts.
_EXAMPLES = (
    ("vocab token word embeddings entries ntoken", 100),
    ("class label categor output", 10),
    ("user item movie node", 50),
    ("channel in_dim input", 3),
    ("layer depth block head len length steps num_", 4),
)


#: What a script asks of its own results on the way: any number does.
OF_A_RUN = ("item()", "tolist()")


def example(kind):
    """
    A number in the place of one that is not known before the code runs (it comes from a file, a data set, an option):
    a hint says which was taken, and everything else still shows.
    """
    name = kind._vitrine_unknown
    trace.refused += 1
    if name in _given:
        return _given[name]
    if name in OF_A_RUN:
        return 0
    last = name.replace("(…)", "").rsplit(".", 1)[-1].lower()
    number = next((n for words, n in _EXAMPLES if any(w in last for w in words.split())), 16)
    if name not in _exampled:
        _exampled.add(name)
        trace.say(
            "hint",
            "example-value",
            f"What {name} is comes from something that is not run here (a file, a data set, an option): read with "
            f"{number} as an example. Give the model's arguments in an experiment file to see it with others.",
            trace.here(),
            ask={"arguments": [name]},
        )
    return number


def give(values):
    """Numbers that someone named for what is not known."""
    _given.clear()
    _given.update({k: v for k, v in values.items() if isinstance(v, (int, float)) and not isinstance(v, bool)})


def known(value):
    """The number that was named for a value that is not known; else the value itself."""
    return _given.get(value._vitrine_unknown, value) if is_unknown(value) else value


def is_name(name):
    """Whether something that is not known is called so."""
    return name in _made or not name.isidentifier() and any(name.startswith(m) for m in _made)


_given = {}


def _wanted(frame):
    """Into how many names the instruction that a frame stands at unpacks; 0 for any other instruction."""
    code = frame.f_code.co_code
    at = frame.f_lasti
    name = dis.opname[code[at]] if 0 <= at < len(code) else ""
    if name.startswith("UNPACK_SEQUENCE"):
        return code[at + 1]
    return code[at + 1] if name == "UNPACK_EX" else 0


_exampled = set()


def is_unknown(value):
    return isinstance(value, type) and hasattr(value, "_vitrine_unknown")


def is_plain(value):
    """Whether it is such a value itself, and no class that stands on one."""
    return is_unknown(value) and "_vitrine_plain" in value.__dict__


def exampled():
    """Names of what an example was taken for, which is said once."""
    return set(_exampled)


def set_exampled(names):
    _exampled.clear()
    _exampled.update(names)


def state():
    """What is known of what is not known."""
    return dict(_made), set(_exampled), dict(_given)


def resume(known):
    forget()
    for held, before in zip((_made, _exampled, _given), known):
        held.update(before)


def forget():
    _made.clear()
    _exampled.clear()
    _given.clear()


# What is lacking for good, and what to do instead.
_BECAUSE = {
    "torch.autograd.grad": "Gradients within a forward would have to be differentiated again for training, and Vitrine's gradients are not"
                           " differentiable (gradient penalties as in WGAN-GP): take spectral or weight norm instead, or train it in PyTorch"
                           " and open the weights here.",
}


def _lacking(name):
    because = _BECAUSE.get(name)
    return f"{name} is not known to Vitrine yet.{' ' + because if because else ''}"


def _called(kind, arguments, options):
    if kind._vitrine_torch:
        trace.say(
            "error" if trace.tracing and trace.script is None else "warning" if trace.building else "hint",
            "unsupported-op",
            _lacking(kind._vitrine_unknown),
            trace.here(),
        )
    if trace.tracing and trace.script is None:
        raise trace.Unsupported(
            _lacking(kind._vitrine_unknown)
            if kind._vitrine_torch
            else f"{kind._vitrine_unknown} is not available here: what it returns is not known."
        )
    if trace.script is not None or not trace.tracing and not trace.building:
        from . import sources

        sources.noted(kind._vitrine_unknown, arguments)
    # A decorator gives back what it decorates.
    if len(arguments) == 1 and not options and (
        isinstance(arguments[0], types.FunctionType)
        or isinstance(arguments[0], type) and not isinstance(arguments[0], _Kind)
    ):
        decorated.add(arguments[0])
        return arguments[0]
    return make(f"{kind._vitrine_unknown}(…)", kind._vitrine_torch)


_made = {}

#: Functions and classes that went through decorators that are not known: these may give them arguments.
decorated = weakref.WeakSet()


def make(name, torch=False):
    kind = _made.get(name)
    if kind is None:
        # As a base class it is a module, so that what is built on it can be read as far as it goes.
        kind = _made[name] = _Kind(
            "Unknown", (), {"_vitrine_unknown": name, "_vitrine_torch": torch, "_vitrine_plain": True}
        )
        for operator in ("add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow rpow matmul "
                         "rmatmul neg pos abs invert and rand or ror xor").split():
            setattr(_Kind, f"__{operator}__", _arithmetic) if f"__{operator}__" not in _Kind.__dict__ else None
    return kind


def attribute(module, name):
    """What `module.name` gives where there is no such name."""
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(f"module '{module}' has no attribute '{name}'")
    real = NAMES.get(module)
    if real is not None and name not in real:
        meant = near(name, dir(sys.modules[module]))
        if meant is not None:
            raise AttributeError(f"module '{module}' has no attribute '{name}'. Did you mean: '{meant}'?")
    return make(f"{module}.{name}", True)


class StandIn(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            if name == "__path__":
                return []
            raise AttributeError(name)
        top = self.__name__.split(".")[0]
        package = sys.modules.get(top)
        # A part of a package that is here has what the whole has under that name.
        if top != "torch" and package is not None and not isinstance(package, StandIn):
            held = getattr(package, name, None)
            if held is not None:
                return held
        return make(f"{self.__name__}.{name}", top == "torch")


def _is_only_asked(frame):
    """Whether `importlib.util.find_spec` asks, which imports nothing."""
    for _ in range(4):
        if frame is None:
            return False
        if frame.f_code.co_name == "find_spec" and frame.f_globals.get("__name__") == "importlib.util":
            return True
        frame = frame.f_back
    return False


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last of the finders: whatever no other one has becomes a stand-in."""

    #: Top-level names of the workspace: a missing part of those is a mistake, not a missing installation.
    own = set()
    #: Whether it is only asked if something is here.
    _asked = False

    @classmethod
    @contextlib.contextmanager
    def absent(cls):
        """While it lasts, what is not here is not there."""
        before, cls._asked = cls._asked, True
        try:
            yield
        finally:
            cls._asked = before

    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top != "torch" and (self._asked or _is_only_asked(sys._getframe(1))):
            return None
        if top in self.own or top in ("js", "pyodide_js", "_vitrine"):
            return None
        if name.startswith("_") and top != "__future__":
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        top = spec.name.split(".")[0]
        if top != "torch" and isinstance(sys.modules.get(top), (StandIn, types.NoneType)):
            trace.say(
                "hint",
                "module-not-available",
                f"The module {top} is not available here: its values are unknown.",
                trace.here(),
            )
        return StandIn(spec.name)

    def exec_module(self, module):
        module.__path__ = []

"""
Models that no class of a file names: made in a function or under the main guard, and held by a variable there. While a
script runs, each function that ends shows what its variables hold.
"""

import ast
import inspect
import sys
import types

from . import arguments, script, trace, trees

_TOOL = 3
_MONITORING = sys.monitoring
#: Functions that are called to see what they make, where nothing in the file calls them.
_most_called = 8


def may_make(tree):
    """Whether a file may make a model of PyTorch's own layers."""
    return trees.mentions(tree, "nn") or trees.mentions(tree, "Sequential")


class Watching:
    """While it lasts, models that variables of the workspace's functions hold are noted."""

    def __init__(self):
        #: By identity, with the outermost name.
        self.held = {}

    def __enter__(self):
        events = _MONITORING.events
        _MONITORING.use_tool_id(_TOOL, "vitrine.nets")
        for event in (events.PY_RETURN, events.PY_UNWIND):
            _MONITORING.register_callback(_TOOL, event, self._ended)
        _MONITORING.set_events(_TOOL, events.PY_RETURN | events.PY_UNWIND)
        return self

    def __exit__(self, *_):
        _MONITORING.free_tool_id(_TOOL)
        return False

    def _ended(self, code, *_):
        if code.co_filename.startswith(trace.WORKSPACE):
            self.look(dict(sys._getframe(1).f_locals))

    def look(self, names):
        """Notes what names hold, but for those of a module's own methods: there they are its parts."""
        from torch.nn import Module

        if isinstance(names.get("self"), Module):
            return
        for name, value in names.items():
            if isinstance(value, Module) and not name.startswith("_") and "_modules" in value.__dict__:
                self.held[id(value)] = name, value

    def found(self):
        """(name, model) of those that have weights and are no part of another; each name once."""
        wholes = [(n, m) for n, m in self.held.values() if not script.is_loss(m) and any(True for _ in m.parameters())]
        parts = {id(p) for _, m in wholes for p in m.modules() if p is not m}
        out = {}
        for name, model in wholes:
            if id(model) not in parts:
                out.setdefault(name, model)
        return list(out.items())


def builders(scope, classes):
    """
    Functions at the top of a file that return an nn.Sequential in which layers of the file's own stand, and that no other
    function or class of it asks for: they are its models.
    """
    own = {c.__name__ for c in classes}
    names = [(n, trees.names(n)) for n in scope.tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
    for node, used in names:
        if not isinstance(node, ast.FunctionDef) or used.isdisjoint(own) or not isinstance(node.body[-1], ast.Return):
            continue
        made = node.body[-1].value
        if isinstance(made, ast.Call) and ast.unparse(made.func) in ("nn.Sequential", "torch.nn.Sequential", "Sequential"):
            function = scope.namespace.get(node.name)
            if isinstance(function, types.FunctionType) and not any(node.name in u for n, u in names if n is not node):
                yield function


def asked(function):
    """A class that stands for a function where its arguments are looked for: it is made as the function is called."""
    signature = inspect.signature(function)
    first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)

    def __init__(self, *_, **__):
        pass

    __init__.__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])
    return type(function.__name__, (), {"__init__": __init__, "__module__": function.__module__})


def returned(tree, namespace):
    """(name, model) of functions at the top of a file that need nothing and return a model."""
    from torch.nn import Module

    called = 0
    for node in tree.body:
        if not arguments.is_maker(node) or not may_make(node) or called >= _most_called:
            continue
        called += 1
        try:
            made = namespace[node.name]()
        except (Exception, SystemExit):
            continue
        if isinstance(made, Module) and any(True for _ in made.parameters()):
            yield node.name, made

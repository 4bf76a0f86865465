"""Keyword arguments that a constructor does not name and hands on to that of its base: `super().__init__(**kwargs)`."""

import ast
import inspect

from . import trees


def wanted(cls, tree):
    """Names of what the constructors of the bases must be given so, as far as the file says."""
    found = []
    makers = [owner for owner in cls.__mro__ if "__init__" in vars(owner)]
    for owner, base in zip(makers, makers[1:]):
        init = trees.method(tree, owner.__name__, "__init__")
        call = None if init is None else _handing(init, base)
        if call is None:
            break
        try:
            parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
        except (TypeError, ValueError):
            break
        by_name = {k.arg for k in call.keywords} | {a.arg for a in _named(init)}
        by_place = len(call.args) - (not _is_super(call))
        found += [
            p.name
            for i, p in enumerate(parameters)
            if p.default is p.empty and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
            and i >= by_place and p.name not in by_name and p.name not in found
        ]
        if all(p.kind != p.VAR_KEYWORD for p in parameters):
            break
    return found


def _handing(init, base):
    """The call by which the base is made with all that is not named; None where something else is done with it too."""
    rest = init.args.kwarg
    if rest is None:
        return None
    nodes = trees.nodes(init)
    if sum(isinstance(n, ast.Name) and n.id == rest.arg for n in nodes) != 1:
        return None
    for call in nodes:
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "__init__"):
            continue
        of_base = isinstance(call.func.value, ast.Name) and call.func.value.id == base.__name__
        handed = any(k.arg is None and isinstance(k.value, ast.Name) and k.value.id == rest.arg for k in call.keywords)
        if handed and (of_base or _is_super(call)) and not any(isinstance(a, ast.Starred) for a in call.args):
            return call
    return None


def _is_super(call):
    value = call.func.value
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "super"


def _named(function):
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]

"""
Code that looks at numbers only to refuse or to show them: `if x.min() < 0: raise …`, `assert x.max() <= 1`, `print(x.item())`.
The numbers are not known before the model runs. Whoever reads the model is shown what follows when the check is passed.
"""

import ast

from . import trace

HOLDS, FAILS, SHOWN = "__vitrine_holds__", "__vitrine_fails__", "__vitrine_shown__"


def rewrite(function):
    """Has the tests of checks in a function answered for numbers that pass; the tree is changed in place."""
    for node in ast.walk(function):
        if type(node) is ast.If and (_raises(node.body) or _only_tells([node])):
            node.test = _asked(FAILS, node.test)
        elif type(node) is ast.Assert:
            node.test = _asked(HOLDS, node.test)
        elif _is_shown(node):
            node.value = _asked(SHOWN, node.value)


def prepare(namespace):
    namespace[HOLDS], namespace[FAILS], namespace[SHOWN] = holds, fails, shown


def holds(test):
    try:
        return test() or False
    except trace.Unnumbered:
        return True


def fails(test):
    try:
        return bool(test())
    except trace.Unnumbered:
        return False


def shown(show):
    try:
        show()
    except trace.Unnumbered:
        pass


def _raises(body):
    return type(body[-1]) is ast.Raise and all([_is_shown(n) for n in body[:-1]])


def _only_tells(body):
    """Whether nothing but words follows from statements, whichever way they go."""
    return all([
        _is_shown(n) or type(n) is ast.If and (_raises(n.body) or _only_tells(n.body)) and _only_tells(n.orelse)
        for n in body
    ])


def _is_shown(node):
    call = node.value if type(node) is ast.Expr else None
    return type(call) is ast.Call and type(call.func) is ast.Name and call.func.id == "print"


#: What these mean depends on the function that they stand in.
_BOUND = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


def _asked(name, test):
    here = list(ast.walk(test))
    if any(isinstance(n, _BOUND) or type(n) is ast.Name and n.id in ("super", "locals", "__class__") for n in here):
        return test
    if type(test) is ast.Call and type(test.func) is ast.Name and test.func.id in (HOLDS, FAILS, SHOWN):
        return test
    none = ast.arguments([], [], None, [], [], None, [])
    function = ast.copy_location(ast.Lambda(none, test), test)
    return ast.copy_location(ast.Call(ast.copy_location(ast.Name(name, ast.Load()), test), [function], []), test)
